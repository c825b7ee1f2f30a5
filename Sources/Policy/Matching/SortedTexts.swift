/// A set of texts that is searched without building a key for the text sought.
struct SortedTexts: Sendable {
  let texts: [[UInt8]]

  init(_ texts: [[UInt8]]) {
    self.texts = texts.sorted { $0.lexicographicallyPrecedes($1) }
  }

  func contains(_ text: ArraySlice<UInt8>) -> Bool {
    var low = 0
    var high = texts.count
    while low < high {
      let middle = (low + high) / 2
      if texts[middle].lexicographicallyPrecedes(text) { low = middle + 1 } else { high = middle }
    }
    return low < texts.count && texts[low].elementsEqual(text)
  }
}

import Wire

/// Where a text is masked, and with what (Control Zero 1.13.16, "mask token").
struct Masking {
  /// A range that is replaced.
  struct Span: Equatable {
    var range: Range<Int>
    let placeholder: [UInt8]
  }

  /// In ascending order; no two touch.
  private(set) var spans: [Span] = []

  /// - Parameter places: what to mask. Places that overlap or touch are merged and take the placeholder of the one that
  ///   starts first or, of several such, of the longest. Empty ones are ignored.
  init(_ places: [(range: Range<Int>, placeholder: [UInt8])]) {
    let sorted = places.enumerated().filter { !$0.element.range.isEmpty }.sorted { first, second in
      let (one, other) = (first.element.range, second.element.range)
      return (one.lowerBound, -one.upperBound, first.offset) < (other.lowerBound, -other.upperBound, second.offset)
    }
    for (_, place) in sorted {
      if let last = spans.last, place.range.lowerBound <= last.range.upperBound {
        let end = max(last.range.upperBound, place.range.upperBound)
        spans[spans.count - 1].range = last.range.lowerBound..<end
      } else {
        spans.append(Span(range: place.range, placeholder: place.placeholder))
      }
    }
  }

  /// The edits that mask a JSON value of a document; a number or a boolean becomes a string.
  ///
  /// - Parameter text: the text that the spans refer to: ``LeafText/text(of:in:)`` of the value.
  func edits(of node: JSONDocument.Node, text: ArraySlice<UInt8>, in document: JSONDocument) -> [ByteEdit] {
    let range = document.range(of: node)
    guard document.kind(of: node) == .string else {
      let edits = spans.map { ByteEdit(range: $0.range, replacement: $0.placeholder) }
      var writer = JSONWriter()
      writer.string(bytes: ByteEdit.apply(edits, to: text))
      return [ByteEdit(range: range, replacement: writer.bytes)]
    }
    let places = document.placesInText(
      ofString: node, at: spans.flatMap { [$0.range.lowerBound, $0.range.upperBound] })
    return spans.enumerated().map { index, span in
      ByteEdit(range: places[2 * index]..<places[2 * index + 1], replacement: Self.escaped(span.placeholder))
    }
  }

  /// The text as it stands within a JSON string.
  private static func escaped(_ text: [UInt8]) -> [UInt8] {
    var writer = JSONWriter()
    writer.string(bytes: text)
    return Array(writer.bytes.dropFirst().dropLast())
  }
}

/// Finds line and column of a byte in a text.
package struct LineIndex: Sendable {
  private let starts: [Int]

  package init(_ bytes: ArraySlice<UInt8>) {
    var starts = [0]
    let span = bytes.span
    var next = 0
    while let end = span.firstIndex(of: UInt8(ascii: "\n"), in: next..<span.count) {
      next = end + 1
      starts.append(next)
    }
    self.starts = starts
  }

  /// Both counted from 1; the column in bytes.
  package func place(of offset: Int) -> (line: Int, column: Int) {
    var low = 0
    var high = starts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[middle] <= offset { low = middle } else { high = middle }
    }
    return (low + 1, offset - starts[low] + 1)
  }
}

import Wire

/// The input is a stream. Its first byte chooses the limit, the second the length of the pieces in which the stream
/// arrives.
///
/// However the stream is cut, the same lines come out, none of them over the limit, and together they are the stream.
public func fuzzFramer(_ input: [UInt8]) {
  guard input.count > 2 else { return }
  let limit = [0, 1, 8, 100, 65_536][Int(input[0]) % 5]
  let stream = input[2...]
  let whole = lines(of: stream, inPiecesOf: stream.count, limit: limit)
  let parts = lines(of: stream, inPiecesOf: Int(input[1]) + 1, limit: limit)
  check(whole.items == parts.items, "cut otherwise, other lines")
  if !whole.isTooLong { check(whole.items.joined().elementsEqual(stream), "bytes that are gone") }
}

private func lines(
  of stream: ArraySlice<UInt8>, inPiecesOf size: Int, limit: Int
) -> (items: [[UInt8]], isTooLong: Bool) {
  var framer = LineFramer(maxLineBytes: limit)
  var items: [[UInt8]] = []
  var isTooLong = false
  func take(_ item: LineFramer.Item) {
    switch item {
    case .line(let line):
      check(line.content.count <= limit, "a line over the limit")
      check(!line.content.contains(UInt8(ascii: "\n")), "a line end within a line")
      check(line.bytes.starts(with: line.content), "content that is not in the line")
      items.append(Array(line.bytes))
    case .tooLong(let line):
      isTooLong = true
      check(line.bytes > limit, "too long within the limit")
      items.append(Array("too long: \(line.bytes) \(line.head) \(line.tail)".utf8))
    }
  }
  var rest = stream
  while !rest.isEmpty {
    framer.receive(rest.prefix(size))
    rest = rest.dropFirst(size)
    while let item = framer.next() { take(item) }
  }
  if let item = framer.finish() { take(item) }
  return (items, isTooLong)
}

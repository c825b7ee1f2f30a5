import Wire

/// The input is a text, read by the rules for messages and by those of Python.
///
/// Nothing may trap. An accepted text can be walked within its bytes, says the same once it is rewritten, and is
/// accepted by the wider rules too.
public func fuzzJSON(_ input: [UInt8]) {
  let strict = try? JSONDocument(parsing: input[...], options: .message)
  let lenient = try? JSONDocument(parsing: input[...], options: .python)
  if let strict {
    check(lenient != nil, "strict rules accept what the wider ones refuse")
    var walk = JSONWalk(strict)
    walk.visit(strict.root)
    guard let again = try? JSONDocument(parsing: walk.writer.bytes[...], options: .message) else {
      fatalError("what was written anew is not JSON")
    }
    var second = JSONWalk(again)
    second.visit(again.root)
    check(second.writer.bytes == walk.writer.bytes, "written twice, it says something else")
  }
  if let lenient {
    var walk = JSONWalk(lenient)
    walk.visit(lenient.root)
  }
}

/// Visits every value of a document by every accessor there is, and rewrites the document.
struct JSONWalk {
  private let document: JSONDocument
  var writer = JSONWriter()

  init(_ document: JSONDocument) { self.document = document }

  mutating func visit(_ node: JSONDocument.Node) {
    let range = document.range(of: node)
    check(
      range.lowerBound >= 0 && range.upperBound <= document.bytes.count && !range.isEmpty, "a range beyond the text")
    switch document.kind(of: node) {
    case .object:
      var count = 0
      writer.beginObject()
      for (key, value) in document.members(of: node) {
        guard let name = document.string(key) else { fatalError("a key that is no string") }
        check(document.text(key).elementsEqual(name), "two ways to a string, two strings")
        writer.key(bytes: name)
        visit(value)
        count += 1
      }
      writer.endObject()
      check(count == document.count(of: node), "a count of members")
    case .array:
      var count = 0
      writer.beginArray()
      for element in document.elements(of: node) {
        visit(element)
        count += 1
      }
      writer.endArray()
      check(count == document.count(of: node), "a count of elements")
    case .string:
      let text = document.string(node) ?? []
      check(document.text(node).elementsEqual(text), "two ways to a string, two strings")
      _ = document.placesInText(ofString: node, at: [0, text.count])
      writer.string(bytes: text)
    default:
      writer.raw(document.raw(node))
    }
  }
}

import Wire

/// The input is the content of a line, read as a message.
///
/// An accepted message holds no CR, LF or NUL, is a message by the wider rules too, and its id reads back as the same
/// id. A refusal names no request whose id could be doubted.
public func fuzzMessage(_ input: [UInt8]) {
  var limits = JSONLimits()
  limits.maxBytes = 1 << 20
  do throws(MessageError) {
    let message = try Message(parsing: input[...], limits: limits)
    check(!input.contains { $0 == 0 || $0 == 0x0a || $0 == 0x0d }, "a control byte in a message")
    check(message.document.kind(of: message.document.root) == .object, "a message that is no object")
    let method: JSONDocument.Node?
    var id: RequestID?
    switch message.shape {
    case .request(let identifier, let node): (id, method) = (identifier, node)
    case .notification(let node): method = node
    case .response(let identifier, _), .errorResponse(let identifier, _): (id, method) = (identifier, nil)
    }
    if let method {
      let name = message.document.string(method) ?? []
      check(!name.isEmpty, "a method without a name")
      check(
        !LookAlike.isLookAlike(name[...], of: "tools/call") || !message.document.string(method, equals: "tools/call"),
        "a method that is one and only looks like one")
    }
    if let id {
      guard let document = try? JSONDocument(parsing: id.json[...]), let again = RequestID(document.root, in: document)
      else { fatalError("an id that can't be read again") }
      check(again == id, "an id that is another one when it is read again")
    }
  } catch {
    check(error.offset >= 0 && error.offset <= input.count, "an offset beyond the line")
    check(!error.description.isEmpty && !error.description.contains("\n"), "an error that says nothing")
    check(error.answerable.count <= 128, "more answers than a refusal may have")
    for id in error.answerable {
      check((try? JSONDocument(parsing: id.json[...])) != nil, "an id that is not JSON")
    }
  }
}

/// Finds who waits for an answer to a line that was refused.
///
/// An id counts only when no reader could see another one: one `id` member, spelt so, in an object whose other
/// keys are not taken for it, with a `method` beside it. Everything else goes unanswered.
enum MessageSalvage {
  /// More members of a batch than this go unanswered: an answer is longer than a request can be.
  private static let maxAnswers = 128

  /// Ids in a text that strict parsing refused.
  static func requestIDs(in line: ArraySlice<UInt8>, limits: JSONLimits) -> [RequestID] {
    // A CR may end a line for the reader, so what stands behind it may be another message: `.lineBreaks` stays off.
    let lenient: JSONOptions = [.duplicateKeys, .nonFinite, .loneSurrogates]
    guard let document = try? JSONDocument(parsing: line, options: lenient, limits: limits) else { return [] }
    return requestIDs(in: document)
  }

  /// Ids in a text that is JSON and no message.
  static func requestIDs(in document: JSONDocument) -> [RequestID] {
    switch document.kind(of: document.root) {
    case .object:
      return requestID(ofObject: document.root, in: document).map { [$0] } ?? []
    case .array:
      return document.elements(of: document.root).lazy.prefix(maxAnswers)
        .compactMap { requestID(ofObject: $0, in: document) }
    default:
      return []
    }
  }

  private static func requestID(ofObject object: JSONDocument.Node, in document: JSONDocument) -> RequestID? {
    var id: JSONDocument.Node?
    var hasMethod = false
    for (key, value) in document.members(of: object) {
      if document.string(key, equals: "id") {
        guard id == nil else { return nil }
        id = value
      } else if document.string(key, equals: "method") {
        hasMethod = true
      } else if LookAlike.isLookAlike(document.string(key) ?? [], of: "id") {
        return nil
      }
    }
    return hasMethod ? id.flatMap { RequestID($0, in: document) } : nil
  }
}

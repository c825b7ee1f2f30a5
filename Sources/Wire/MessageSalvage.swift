/// Who is concerned by a line that was refused.
///
/// An id counts only when no reader could see another one: one `id` member, spelt so, in an object whose other
/// keys are not taken for it. Everything else goes unanswered.
struct MessageSalvage {
  /// Requests that wait for an answer to this line; several for a batch.
  var requests: [RequestID] = []

  /// The request that this line was to answer.
  var response: RequestID?

  /// More members of a batch than this go unanswered: an answer is longer than a request can be.
  private static let maxAnswers = 128

  private static let maxDepth = 100_000

  init() {}

  /// Looks into a text that strict parsing refused.
  init(of line: ArraySlice<UInt8>, limits: JSONLimits) {
    // A CR may end a line for the reader, so what stands behind it may be another message: `.lineBreaks` stays off.
    let lenient: JSONOptions = [.duplicateKeys, .nonFinite, .loneSurrogates]
    // What is nested too deeply for a message has an id all the same.
    var limits = limits
    limits.maxDepth = max(limits.maxDepth, Self.maxDepth)
    guard let document = try? JSONDocument(parsing: line, options: lenient, limits: limits) else {
      self.init()
      return
    }
    self.init(of: document)
  }

  /// Looks into a text that is JSON and no message.
  init(of document: JSONDocument) {
    switch document.kind(of: document.root) {
    case .object:
      add(document.root, in: document)
    case .array:
      for element in document.elements(of: document.root) where requests.count < Self.maxAnswers {
        add(element, in: document)
      }
      response = nil
    default:
      break
    }
  }

  /// Whether every reader can read the id: half a surrogate pair is no text.
  private static func isText(_ id: RequestID) -> Bool {
    guard case .string(let bytes) = id.value else { return true }
    return !bytes.indices.dropLast().contains { bytes[$0] == 0xed && bytes[$0 + 1] >= 0xa0 }
  }

  private mutating func add(_ object: JSONDocument.Node, in document: JSONDocument) {
    var id: JSONDocument.Node?
    var hasMethod = false
    var hasAnswer = false
    for (key, value) in document.members(of: object) {
      if document.string(key, equals: "id") {
        guard id == nil else { return }
        id = value
      } else if document.string(key, equals: "method") {
        hasMethod = true
      } else if document.string(key, equals: "result") || document.string(key, equals: "error") {
        hasAnswer = true
      } else if LookAlike.isLookAlike(document.string(key) ?? [], of: "id") {
        return
      }
    }
    guard let id = id.flatMap({ RequestID($0, in: document) }), hasMethod != hasAnswer, Self.isText(id) else { return }
    if hasMethod {
      requests.append(id)
    } else {
      response = id
    }
  }
}

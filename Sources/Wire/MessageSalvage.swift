/// The requests that a refused line concerns.
///
/// An id counts only if no reader could see a different one: the object has one `id` member, spelled exactly so, and no
/// other key that some reader takes for it. Everything else goes unanswered.
struct MessageSalvage {
  /// Requests in this line that expect an answer; several for a batch.
  var requests: [RequestID] = []

  /// The request that this line was meant to answer.
  var response: RequestID?

  /// Members of a batch beyond this many go unanswered: an answer can be longer than its request.
  private static let maxAnswers = 128

  private static let maxDepth = 100_000

  init() {}

  /// Examines a text that strict parsing refused.
  init(of line: ArraySlice<UInt8>, limits: JSONLimits) {
    // Some readers end a line at a CR, so what follows it may be another message: `.lineBreaks` stays off.
    let lenient: JSONOptions = [.duplicateKeys, .nonFinite, .loneSurrogates]
    // A line that is nested too deeply for a message still has an id.
    var limits = limits
    limits.maxDepth = max(limits.maxDepth, Self.maxDepth)
    guard
      let document = (try? JSONDocument(parsing: line, options: lenient, limits: limits))
        ?? (try? JSONDocument(parsing: Self.repaired(line), options: lenient, limits: limits))
    else {
      self.init()
      return
    }
    self.init(of: document)
  }

  /// The line with U+FFFD in place of what a JSON text can't hold: invalid UTF-8, which most readers replace in this
  /// way, and control characters, which would be escaped.
  private static func repaired(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let bytes = line.lazy.map { byte -> UInt8 in byte < 0x20 && byte != 0x0d ? 0xff : byte }
    return Array(String(decoding: bytes, as: UTF8.self).utf8)[...]
  }

  /// Examines a text that is JSON but not a message.
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

  /// Whether every reader sees the same text: a lone surrogate is not text, and what U+FFFD replaced is unknown.
  private static func isText(_ bytes: [UInt8]) -> Bool {
    !String(decoding: bytes, as: UTF8.self).unicodeScalars.contains("\u{fffd}")
  }

  /// The 5 that 5.0 was to be the answer to: so a server writes it that reads every number as a floating-point one.
  private static func whole(_ node: JSONDocument.Node, in document: JSONDocument) -> RequestID? {
    let parts = document.raw(node).split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 2, parts[1].allSatisfy({ $0 == UInt8(ascii: "0") }),
      let integer = try? JSONDocument(parsing: Array(parts[0])[...])
    else { return nil }
    return RequestID(integer.root, in: integer)
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
        // Some servers write what an answer leaves out.
        hasMethod = hasMethod || document.kind(of: value) != .null
      } else if document.string(key, equals: "result") || document.string(key, equals: "error") {
        hasAnswer = true
      } else if let key = document.string(key), LookAlike.isLookAlike(key[...], of: "id") || !Self.isText(key) {
        return
      }
    }
    guard hasMethod != hasAnswer,
      let id = id.flatMap({ RequestID($0, in: document) ?? (hasAnswer ? Self.whole($0, in: document) : nil) })
    else { return }
    if case .string(let bytes) = id.value, !Self.isText(bytes) { return }
    if hasMethod {
      requests.append(id)
    } else {
      response = id
    }
  }
}

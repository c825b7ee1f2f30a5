import Policy
import Wire

/// A policy for the fuzzer, and beside it what the policy denies, in the simplest terms: an oracle for the session.
struct SessionWorld: Sendable {
  let policy: Policy
  private let number: Int

  static let all: [SessionWorld] = texts.enumerated().map { number, text in
    do {
      let policy = try Policy.load(local: Array(text.utf8), format: .yaml, fileName: "p.yaml")
      return SessionWorld(policy: policy, number: number)
    } catch {
      fatalError("a policy of the fuzzer's own: \(error)")
    }
  }

  private static let texts = [
    """
    version: "1"
    dialect: czproxy/1
    rules:
      - {id: nobody, deny: "s:forbidden", reason: nobody may}
      - {effect: deny, action: "s:read", when: {path: {op: within, value: /etc}}, reason: not there}
      - {deny: ["s:sampling/createMessage", "s:completion/complete", "s:vendor/*"]}
      - {allow: "s"}
    dlp_rules:
      - {id: secret, name: secret, pattern: 'SECRET-[0-9]{6}', category: custom, action: mask}
    """,
    """
    version: "1"
    rules:
      - {deny: ["*", "s:elicitation/create", "s:tasks/*"]}
    """,
    """
    version: "1"
    dialect: czproxy/1
    dlp_results: {"s:*": mask}
    rules:
      - {allow: ["s:echo", "s:resources/*"]}
    dlp_rules:
      - {id: secret, name: secret, pattern: 'SECRET-[0-9]{6}', category: custom, action: block}
    """,
    """
    version: "1"
    rules:
      - {allow: "*"}
    """,
  ]

  /// Whether the policy has rules for values that may not go out.
  var keepsSecrets: Bool { number == 0 || number == 2 }

  /// Whether a request may never reach the server, or the host.
  func denies(_ method: String, _ params: JSONDocument.Node?, in document: JSONDocument) -> Bool {
    func text(_ key: StaticString, of node: JSONDocument.Node?) -> String? {
      node.flatMap { document.member(key, of: $0) }.flatMap { document.string($0) }
        .map { String(decoding: $0, as: UTF8.self) }
    }
    let isSampling = method == "sampling/createMessage"
    guard method == "tools/call" else {
      switch number {
      case 0: return isSampling || method == "completion/complete" || method.hasPrefix("vendor/")
      case 1:
        return isSampling || ["resources/read", "resources/subscribe", "prompts/get"].contains(method)
          || method == "elicitation/create" || method.hasPrefix("tasks/")
      case 2: return isSampling || method == "prompts/get"
      default: return false
      }
    }
    let name = text("name", of: params) ?? ""
    switch number {
    case 0:
      let path = text("path", of: params.flatMap { document.member("arguments", of: $0) }) ?? ""
      return name == "forbidden" || name == "read" && path.hasPrefix("/etc/") && !path.contains("..")
    case 1: return true
    case 2: return name != "echo"
    default: return name.isEmpty
    }
  }

  /// Whether a tool of this name disappears from the lists.
  func hides(tool name: String) -> Bool {
    switch number {
    case 0: name == "forbidden"
    case 1: true
    case 2: name != "echo"
    default: false
    }
  }
}

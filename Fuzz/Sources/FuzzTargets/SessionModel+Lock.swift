import Policy
import Relay
import Wire

/// What must hold of a session with a tools lock.
extension SessionModel {
  static let acceptedTools = ["echo": "says it again", "read": "reads"]

  static let toolsLock: ToolsLock = {
    let tools = acceptedTools.map { #"{"name":"\#($0.key)","description":"\#($0.value)"}"# }.joined(separator: ",")
    do {
      return try ToolsLock(
        parsing: Array(#"{"czproxy_tools_lock":1,"instructions":"Be kind.","tools":[\#(tools)]}"#.utf8))
    } catch {
      fatalError("a lock of the fuzzer's own: \(error)")
    }
  }()

  func checkCall(of name: String) {
    guard let locked, !options.observes else { return }
    check(locked[name] != nil, "a call of a tool that nobody has accepted")
  }

  /// Checks a list that is passed on, as the most lenient host reads it.
  func checkTools(in result: JSONDocument.Node, of document: JSONDocument) {
    guard let locked, !options.observes else { return }
    func text(_ node: JSONDocument.Node) -> String { String(decoding: document.text(node), as: UTF8.self) }
    for (key, list) in document.members(of: result) where Self.folded(key, in: document) == "tools" {
      check(document.kind(of: list) == .array, "a list that is none")
      for tool in document.elements(of: list) {
        for (key, value) in document.members(of: tool) {
          check(["name", "description"].contains(text(key)), "a tool that says more than was accepted")
          check(document.kind(of: value) == .string, "a tool that says something else than was accepted")
        }
        guard let name = document.member("name", of: tool), let said = document.member("description", of: tool) else {
          fatalError("an invariant is broken: a tool in a list that nobody has accepted")
        }
        check(locked[text(name)] == text(said), "a tool that is described otherwise")
      }
    }
  }

  /// Checks what the server says of itself, as the most lenient host reads it.
  func checkInstructions(in result: JSONDocument.Node, of document: JSONDocument) {
    guard locked != nil, !options.observes else { return }
    for (key, value) in document.members(of: result) where Self.folded(key, in: document) == "instructions" {
      let said = String(decoding: document.raw(value), as: UTF8.self)
      check(said == #""""# || document.string(value, equals: "Be kind."), "instructions that nobody has accepted")
    }
  }
}

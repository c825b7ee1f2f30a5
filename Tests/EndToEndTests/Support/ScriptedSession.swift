import Foundation

/// A scripted host in front of czproxy in front of the scripted server.
struct ScriptedSession {
  static let policy = """
    version: "1"
    rules:
      - id: no-secrets
        deny: "s:forbidden*"
        reason: nobody may
      - id: careful
        effect: warn
        action: "s:risky"
      - allow: "s"
    """

  let scratch: Scratch
  let process: RunningProcess

  /// - Parameter launcher: a command that starts the proxy.
  init(
    policy: String = policy, options: [String] = [], server: [String] = [], wrapper: [String] = [],
    launcher: [String] = [], shell: String? = nil
  ) throws {
    scratch = try Scratch()
    let file = try scratch.file("policy.yaml", policy)
    let record = ["--record", "\(scratch.path)/received"]
    var command = launcher + [Project.czproxy, "run", "--server", "s", "--policy", file, "--state-dir", scratch.state]
    command += options + ["--"] + wrapper + Project.scriptedServer + record + server
    if let shell {
      // `ulimit` and the like, for this process and what it starts.
      command = ["bash", "-c", "\(shell); exec \"$@\"", "bash"] + command
    }
    process = try RunningProcess(command)
  }

  func call(_ id: Int, _ tool: String, _ arguments: String = "{}") -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"\#(tool)","arguments":\#(arguments)}}"#
  }

  /// Ends as a host does: by closing its side.
  @discardableResult
  func end() throws -> Int32 {
    process.closeInput()
    return try process.wait()
  }

  var received: Data { scratch.read("received") }
}

/// Decodes a line that a test looks into.
func json(_ line: String) throws -> [String: Any] {
  try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
}

/// A value deep inside a decoded line.
func value(_ object: Any?, _ path: Any...) -> Any? {
  path.reduce(object) { object, step in
    if let key = step as? String { return (object as? [String: Any])?[key] }
    if let index = step as? Int, let list = object as? [Any], list.indices.contains(index) { return list[index] }
    return nil
  }
}

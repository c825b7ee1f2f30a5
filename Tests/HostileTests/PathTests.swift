import Foundation
import Testing

/// Ways out of a directory that a policy allows (`within`), with real files and links beneath the built executable.
@Suite struct PathTests {
  /// A directory `project`, a sibling whose name begins like it, and links that lead out of it.
  private static func site() throws -> Scratch {
    let scratch = try Scratch()
    let files = FileManager.default
    for name in ["project/inner", "project-evil", "outside"] {
      try files.createDirectory(atPath: "\(scratch.path)/\(name)", withIntermediateDirectories: true)
    }
    for name in ["project/file", "project-evil/file", "outside/file"] { _ = try scratch.file(name, "x") }
    let links = ["link": "outside", "up": "..", "file-link": "outside/file", "dangling": "outside/new"]
    for (name, target) in links {
      try files.createSymbolicLink(
        atPath: "\(scratch.path)/project/\(name)", withDestinationPath: "\(scratch.path)/\(target)")
    }
    return scratch
  }

  /// Whether a server gets a call with these arguments; `SITE` stands for the directory above.
  ///
  /// - Parameter base: the directory that relative paths start from, if the policy names one.
  private static func passes(_ arguments: String, base: String? = nil) throws -> Bool {
    let scratch = try site()
    let base = base.map { ", relative_to: \"\(scratch.path)/\($0)\"" } ?? ""
    let policy = try scratch.file(
      "policy.yaml",
      """
      version: "1"
      dialect: czproxy/1
      rules:
        - {effect: allow, action: "s:read", when: {path: {op: within, value: "\(scratch.path)/project"\(base)}}}
      """)
    let process = try RunningProcess(
      [Project.czproxy, "run", "--server", "s", "--policy", policy, "--state-dir", scratch.state, "--"]
        + Project.scriptedServer + ["--record", "\(scratch.path)/received"], directory: "\(scratch.path)/project")
    let arguments = arguments.replacing("SITE", with: scratch.path)
    process.send(
      #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read","arguments":\#(arguments)}}"#)
    _ = try process.line()
    process.closeInput()
    #expect(try process.wait() == 0)
    return !scratch.read("received").isEmpty
  }

  @Test(arguments: [
    #"{"path":"SITE/project/file"}"#, #"{"path":"SITE/project/new"}"#, #"{"path":"SITE/project/inner/../new"}"#,
    #"{"path":"file://SITE/project/file"}"#,
  ])
  func `what is in the directory is allowed`(arguments: String) throws {
    #expect(try Self.passes(arguments))
  }

  @Test(arguments: [
    // GHSA-q66q-fx2p-7w4m, GHSA-hc55-p739-j48w: the beginning of a name, and links.
    #"{"path":"SITE/project-evil/file"}"#, #"{"path":"SITE/project/link/file"}"#, #"{"path":"SITE/project/file-link"}"#,
    // Files that do not exist yet: a realpath(3) that fails must not be taken for a path without links.
    #"{"path":"SITE/project/link/new"}"#, #"{"path":"SITE/project/link/new/deeper"}"#,
    #"{"path":"SITE/project/dangling"}"#,
    #"{"path":"SITE/project/up/outside/new"}"#, #"{"path":"SITE/project/../outside/file"}"#,
    #"{"path":"SITE/project/inner/../../outside/file"}"#, #"{"path":"SITE/project/link/../project-evil/file"}"#,
    #"{"path":"file://SITE/outside/file"}"#, #"{"path":"file://SITE/project/..%2foutside/file"}"#,
    #"{"path":"FILE://localhost/etc/passwd"}"#, #"{"path":"~/file"}"#, #"{"path":"~root/file"}"#,
    #"{"path":"SITE/project/file\u0000/../../outside"}"#,
    // As read by Node's `new URL`, by Python's `urlparse`, by servers that only strip `file://`, and by those that
    // trim.
    #"{"path":"file://SITE/project/..\\outside\\file"}"#, #"{"path":"file://SITE/project/.\t./outside/file"}"#,
    #"{"path":"file://SITE/project/x?/../../outside/file"}"#, #"{"path":"SITE/project/.. "}"#,
    // Under another key than the one that the rule is about, or more than one path.
    #"{"paths":["SITE/outside/file"]}"#, #"{"file_path":"SITE/outside/file"}"#, #"{"uri":"file://SITE/outside/file"}"#,
    #"{"path":["SITE/project/file","SITE/outside/file"]}"#, #"{"path":{"path":"SITE/outside/file"}}"#,
    #"{"Path":"SITE/outside/file","path":"SITE/project/file"}"#, #"{"path":null}"#, #"{}"#,
  ])
  func `what leads out of it is denied`(arguments: String) throws {
    #expect(try !Self.passes(arguments))
  }

  /// The reference server for files takes a relative path from a directory that it serves, not from its working
  /// directory, which here is the one that the policy confines to.
  @Test(arguments: [#"{"path":"file"}"#, #"{"path":"./inner/new"}"#, #"{"path":"."}"#])
  func `a relative path leads out unless the policy says what it starts from`(arguments: String) throws {
    #expect(try !Self.passes(arguments))
    #expect(try Self.passes(arguments, base: "project"))
    #expect(try !Self.passes(arguments, base: "outside"))
  }
}

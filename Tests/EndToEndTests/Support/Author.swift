import Foundation

/// An author on one machine: keys, and bundles made of policies.
struct Author {
  let scratch: Scratch

  init() throws {
    scratch = try Scratch()
    try run("keygen", "--project", "prj_1", "--author", path("author.json"), "--keys", path("keys.json"))
  }

  func path(_ name: String) -> String { "\(scratch.path)/\(name)" }

  func run(_ words: String...) throws {
    let process = try RunningProcess([Project.czproxy, "bundle"] + words)
    process.closeInput()
    guard try process.wait() == 0 else { throw RunningProcess.TimedOut(description: process.errors.text) }
  }

  /// Puts a bundle in the place of `team.czpolicy`, as a whole.
  func pack(_ rules: String, at time: Int, expires: String? = nil) throws {
    let policy = try scratch.file("policy.yaml", "version: \"1\"\nrules: [\(rules)]\n")
    var words = [
      "pack", policy, "--author", path("author.json"), "--output", path("new.czpolicy"), "--created-at",
      String(time),
    ]
    if let expires { words += ["--expires-at", expires] }
    let process = try RunningProcess([Project.czproxy, "bundle"] + words)
    process.closeInput()
    guard try process.wait() == 0 else { throw RunningProcess.TimedOut(description: process.errors.text) }
    _ = unsafe rename(path("new.czpolicy"), path("team.czpolicy"))
  }

  func start(_ options: [String] = [], launcher: [String] = []) throws -> RunningProcess {
    try RunningProcess(
      launcher + [
        Project.czproxy, "run", "--server", "s", "--bundle", path("team.czpolicy"), "--keys", path("keys.json"),
        "--state-dir", scratch.state,
      ] + options + ["--"] + Project.scriptedServer)
  }
}

import Foundation

/// A project with its service, and proxies of it.
final class Cloud {
  static let allow = "{allow: \"s\", id: x}"
  static let deny = "{deny: \"s\", reason: not now}"

  let author: Author
  let service: StandIn
  let keyFile: String

  init(_ rules: String = allow) throws {
    author = try Author()
    try author.pack(rules, at: 1_790_000_000)
    service = try StandIn(bundle: author.path("team.czpolicy"), keys: author.path("keys.json"))
    keyFile = try author.scratch.file("key", StandIn.key + "\n")
  }

  deinit { stopSync() }

  /// Ends the process that syncs, which would end by itself a little later.
  func stopSync() {
    let state = author.scratch.read("state/sync-state.json")
    let pid = (try? JSONSerialization.jsonObject(with: state) as? [String: Any])?["pid"] as? Int
    if let pid, pid > 1 { kill(pid_t(pid), SIGTERM) }
  }

  func start(
    _ options: [String] = [], launcher: [String] = [], state: String? = nil, environment: [String: String] = [:],
    key: Bool = true, server: [String] = Project.scriptedServer
  ) throws -> RunningProcess {
    var words = launcher + [Project.czproxy, "run", "--server", "s", "--state-dir", state ?? author.scratch.state]
    words += ["--refresh-interval", "1"] + (key ? ["--api-key-file", keyFile, "--base-url", service.url] : [])
    return try RunningProcess(words + options + ["--"] + server, environment: environment)
  }

  func change(_ rules: String, at time: Int) throws {
    try author.pack(rules, at: time)
    try service.ask("/_test/content", "{\"bundle\":\"\(author.path("team.czpolicy"))\"}")
  }

  func fail(_ fault: String) throws { try service.ask("/_test/fault", fault) }
}

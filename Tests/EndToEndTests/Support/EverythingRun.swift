import Foundation

/// A host and a server of the official SDK that try all of MCP, with or without the proxy between them.
struct EverythingRun: Sendable {
  /// Who talks to whom, and in which era of the protocol.
  enum Pairing: String, CaseIterable, Sendable {
    /// SDK 2 on both sides, 2026-07-28.
    case modern
    /// SDK 2 on both sides, 2025-11-25.
    case legacy
    /// SDK 1 on both sides, 2025-11-25 with its tasks.
    case old
    /// A host of SDK 1 and a server of SDK 2.
    case oldHost
    /// A host of SDK 2, which asks for the new era first, and a server of SDK 1.
    case oldServer

    /// Both sides by the same SDK.
    static let same: [Pairing] = [.modern, .legacy, .old]

    var host: Int { self == .old || self == .oldHost ? 1 : 2 }
    var server: Int { self == .old || self == .oldServer ? 1 : 2 }
    var isModern: Bool { self == .modern }
    /// The era that the host is told to use; the host of `oldServer` finds out by itself.
    var era: String { self == .legacy ? "legacy" : "modern" }
  }

  /// How a test sets up a session with the proxy.
  struct Proxy {
    var policy = "version: \"1\"\nrules: [{allow: \"*\"}]\n"
    var options: [String] = []
    /// A policy that takes the place of the first when the host's step `reload` says so.
    var replacement = ""
    var isQuarantined = false
  }

  let scratch: Scratch
  private let output: Data

  /// - Parameters:
  ///   - proxy: nil for a session without one; the recorder is then the only thing between the two.
  ///   - steps: the steps that the host takes; nil for all.
  init(_ pairing: Pairing, _ proxy: Proxy? = Proxy(), steps: [String]? = nil) throws {
    scratch = try Scratch()
    for side in ["outer", "inner", "state"] {
      try FileManager.default.createDirectory(atPath: "\(scratch.path)/\(side)", withIntermediateDirectories: true)
    }
    let recorder = ["python3", "\(Project.root)/Testdata/hosts/record.py"]
    var hostOptions: [String: Any] = ["era": pairing.era]
    var between: [String] = []
    if let proxy {
      let policy = try scratch.file("policy.yaml", proxy.policy)
      hostOptions["policy"] = [policy, proxy.replacement]
      if proxy.isQuarantined {
        _ = try scratch.file("state/quarantine.json", #"{"quarantined": true, "reason": "somebody edited the policy"}"#)
      }
      between = [Project.czproxy, "run", "--server", "s", "--policy", policy, "--state-dir", scratch.state]
      between += proxy.options + ["--"] + recorder + ["\(scratch.path)/inner", "--"]
    }
    if let steps { hostOptions["steps"] = steps }
    let told = String(decoding: try JSONSerialization.data(withJSONObject: hostOptions), as: UTF8.self)
    func python(_ sdk: Int, _ script: String) -> [String] {
      [Project.python("mcp\(sdk)"), "\(Project.root)/Testdata/\(script)/everything\(sdk).py"]
    }
    let process = try RunningProcess(
      python(pairing.host, "hosts") + [told, "--"] + recorder + ["\(scratch.path)/outer", "--"] + between
        + python(pairing.server, "servers"),
      environment: ["PYTHONDONTWRITEBYTECODE": "1"])
    process.closeInput()
    guard try process.wait() == 0 else {
      throw RunningProcess.TimedOut(description: "the host failed: \(process.errors.text.suffix(3000))")
    }
    output = process.output.data
  }

  private func decoded() -> [String: Any] {
    (try? JSONSerialization.jsonObject(with: output)) as? [String: Any] ?? [:]
  }

  /// The version that host and server agreed on.
  var version: String { decoded()["protocol"] as? String ?? "" }

  /// What each step gave: a `result`, an `error`, or an `exception`.
  var steps: [String: Any] { decoded()["steps"] as? [String: Any] ?? [:] }

  /// The notifications that the host heard, each as the kind and the content.
  var heard: [[Any]] { decoded()["heard"] as? [[Any]] ?? [] }

  /// What the SDK itself found wrong with what it was sent.
  var exceptions: [String] {
    steps.filter { value($0.value, "exception") != nil }.map { "\($0.key): \($0.value)" }
      + heard.filter { "\($0.last ?? "")".contains("exception") }.map { "\($0)" }
  }

  /// The lines that crossed: `outer` on the host's side, `inner` on the server's; `in` to the server, `out` to the host.
  func lines(_ name: String) -> [String] {
    String(decoding: scratch.read(name), as: UTF8.self).split(separator: "\n").map(String.init)
  }

  /// The pages of a list, each as the names that stand in it.
  func pages(_ step: String, by key: String = "name", in member: String? = nil) -> [[String]] {
    let pages = member.map { value(steps, step, "result", $0) } ?? value(steps, step, "result")
    return (pages as? [Any] ?? []).map { page in
      (value(page, "entries") as? [Any] ?? []).map { value($0, key) as? String ?? "" }
    }
  }

  /// The cursors that the pages of a list were asked for by.
  func cursors(_ step: String) -> [String] {
    (value(steps, step, "result") as? [Any] ?? []).map { value($0, "cursor") as? String ?? "-" }
  }

  /// The first text of a tool's result.
  func text(_ step: String) -> String { value(steps, step, "result", "content", 0, "text") as? String ?? "" }
}

/// Runs that several tests look at, each made once.
final class EverythingRuns: @unchecked Sendable {
  // INVARIANT: `made` is only touched with `lock` held; each run is made with its own lock held.
  private final class Slot: @unchecked Sendable {
    let lock = NSLock()
    var run: Result<EverythingRun, any Error>?
  }

  private let lock = NSLock()
  private var made: [EverythingRun.Pairing: Slot] = [:]
  private let make: @Sendable (EverythingRun.Pairing) throws -> EverythingRun

  init(_ make: @escaping @Sendable (EverythingRun.Pairing) throws -> EverythingRun) { self.make = make }

  subscript(_ pairing: EverythingRun.Pairing) -> EverythingRun {
    get throws {
      let slot = lock.withLock {
        let slot = made[pairing] ?? Slot()
        made[pairing] = slot
        return slot
      }
      return try slot.lock.withLock {
        let run = slot.run ?? Result { try make(pairing) }
        slot.run = run
        return try run.get()
      }
    }
  }
}

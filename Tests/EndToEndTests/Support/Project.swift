import Foundation

/// Where things are: the repository, the executables, the Python environments.
enum Project {
  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .path

  /// The executables that were built for release; another directory by CZPROXY_BIN_DIR.
  static let binaries = ProcessInfo.processInfo.environment["CZPROXY_BIN_DIR"] ?? "\(root)/.build/release"

  static let czproxy = "\(binaries)/czproxy"
  static let scriptedServer = ["python3", "\(root)/Testdata/servers/scripted.py"]

  static func python(_ environment: String) -> String { "\(root)/.venvs/\(environment)/bin/python" }
  static func program(_ name: String, in environment: String) -> String {
    "\(root)/.venvs/\(environment)/bin/\(name)"
  }
}

/// A directory that is removed after the test.
final class Scratch: Sendable {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "czproxy-test-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  func file(_ name: String, _ content: String) throws -> String {
    try content.write(toFile: "\(path)/\(name)", atomically: true, encoding: .utf8)
    return "\(path)/\(name)"
  }

  func read(_ name: String) -> Data { FileManager.default.contents(atPath: "\(path)/\(name)") ?? Data() }

  var state: String { "\(path)/state" }

  /// The audit rows of all segments, as dictionaries.
  func rows() throws -> [[String: Any]] { try rows(in: state) }

  /// Waits until some row holds a text. The last one may be half written meanwhile, so none is decoded.
  func waitForRow(containing text: String) throws {
    let until = Date() + RunningProcess.patience
    while Date() < until {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(state)/audit")) ?? []
      if names.contains(where: { read("state/audit/\($0)").range(of: Data(text.utf8)) != nil }) { return }
    }
    throw RunningProcess.TimedOut(description: "no row holds `\(text)`")
  }

  func rows(in state: String) throws -> [[String: Any]] {
    let directory = "\(state)/audit"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    return try names.filter { $0.hasSuffix(".jsonl") }.sorted().flatMap { name in
      try String(contentsOfFile: "\(directory)/\(name)", encoding: .utf8).split(separator: "\n").map { line in
        try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
      }
    }
  }
}

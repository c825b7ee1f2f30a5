import Foundation
import Testing

/// The same cases for the SDK and for us; longer by `make differential`.
struct DifferentialTests {
  private static let root = Vectors.root.deletingLastPathComponent().deletingLastPathComponent().path
  private static let python = "\(root)/.venvs/controlzero/bin/python"
  private static let control =
    (ProcessInfo.processInfo.environment["CZPROXY_BIN_DIR"] ?? "\(root)/.build/release") + "/czproxy-ctl"

  /// Both are made by `make test`.
  private static let isPossible = [python, control].allSatisfy { FileManager.default.isExecutableFile(atPath: $0) }

  @Test(
    "generated policies, calls and texts are decided as the SDK decides them", .enabled(if: isPossible),
    arguments: [("differential", 1500), ("differential-data-loss", 1500)])
  func decidesAsTheSDK(script: String, count: Int) throws {
    let process = Process()
    process.executableURL = URL(filePath: Self.python)
    process.arguments = ["\(Self.root)/Scripts/\(script)", "--ctl", Self.control, "--count", "\(count)"]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    // Read before waiting: a full pipe would keep the process from ending.
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(text)")
    #expect(text.contains("0 of \(count) differ"))
  }
}

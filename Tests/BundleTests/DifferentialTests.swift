import Foundation
import Testing

/// The same bundles for the SDK and for us, and ours for the SDK; longer by `make differential`.
struct DifferentialTests {
  private static let python = Fixtures.root.path + "/.venvs/controlzero/bin/python"

  /// Both are made by `make test`.
  private static let isPossible = [python, CommandTests.control].allSatisfy {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  @Test("generated bundles are opened or refused as by the SDK", .enabled(if: isPossible))
  func opensAsTheSDK() throws {
    let process = Process()
    process.executableURL = URL(filePath: Self.python)
    process.arguments = [
      Fixtures.root.path + "/Scripts/differential-bundle", "--ctl", CommandTests.control, "--count", "200",
    ]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    // Read before waiting: a full pipe would keep the process from ending.
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(text)")
    #expect(text.contains("\n0 differ"))
  }
}

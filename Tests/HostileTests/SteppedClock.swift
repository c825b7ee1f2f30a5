import Foundation

/// A time of day that a test steps, for commands and everything that they start (`Testdata/hostile/clock.c`).
struct SteppedClock {
  static let hour = 3600
  static let day = 86_400
  static let year = 365 * 86_400

  private let scratch: Scratch
  /// The words before a command that is to use this clock.
  let launcher: [String]

  init() throws {
    scratch = try Scratch()
    launcher = ["\(scratch.path)/clock", try scratch.file("step", "0")]
    let compiler = ProcessInfo.processInfo.environment["CC"] ?? "cc"
    let build = try RunningProcess(
      [compiler, "-O2", "-o", launcher[0], "\(Project.root)/Testdata/hostile/clock.c"])
    guard try build.wait() == 0 else { throw RunningProcess.TimedOut(description: build.errors.text) }
  }

  /// Sets the clock to this many seconds after the true time, or before it if negative.
  func set(_ seconds: Int) throws { _ = try scratch.file("step", String(seconds)) }

  /// Whether the system lets one process watch another. Any other failure shows in the tests.
  static let isAllowed: Bool = {
    #if os(Linux)
      guard let clock = try? SteppedClock() else { return true }
      return (try? RunningProcess(clock.launcher + ["true"]).wait()) != 71
    #else
      return false
    #endif
  }()
}

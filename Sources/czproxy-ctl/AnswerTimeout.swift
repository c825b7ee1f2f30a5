import ArgumentParser

/// The timeout for each answer of a server, for commands that act as its host.
struct AnswerTimeout: ParsableArguments {
  @Option(name: .customLong("timeout"), help: "Seconds to wait for each answer.")
  var seconds = 60

  var milliseconds: Int32 { Int32(clamping: seconds * 1000) }

  func validate() throws {
    guard (1...86_400).contains(seconds) else { throw ValidationError("--timeout takes 1 to 86400 seconds") }
  }
}

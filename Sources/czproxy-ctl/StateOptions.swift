import ArgumentParser
import Platform

/// The option of every command that uses the state directory.
struct StateOptions: ParsableArguments {
  @Option(
    name: .customLong("state-dir"),
    help: "The directory of policy, cache and records (default: $CONTROLZERO_HOME, else ~/.controlzero).")
  var directory: String?

  /// The state directory; exits with 64 if there is no home directory.
  func path() throws -> String {
    guard let path = Environment.stateDirectory(option: directory) else {
      Terminal.complain("there is no home directory: give --state-dir DIR")
      throw ExitCode(64)
    }
    return path
  }
}

import ArgumentParser
import Platform

/// The state directory, for every command that reads or writes it.
struct StateOptions: ParsableArguments {
  @Option(
    name: .customLong("state-dir"),
    help: "Where policy, cache and records are kept (default: $CONTROLZERO_HOME, else ~/.controlzero).")
  var directory: String?

  /// The state directory; complains and exits with 64 if there is no home directory.
  func path() throws -> String {
    guard let path = Environment.stateDirectory(option: directory) else {
      Terminal.complain("there is no home directory: give --state-dir DIR")
      throw ExitCode(64)
    }
    return path
  }
}

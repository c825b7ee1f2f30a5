import ArgumentParser
import Policy
import Relay

/// `czproxy policy …`
struct PolicyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "policy",
    abstract: "Check policies and ask them what they would decide.",
    subcommands: [
      PolicyDraftCommand.self,
      PolicyValidateCommand.self,
      PolicyTestCommand.self,
      PolicyExplainCommand.self,
      PolicyEvalCommand.self,
    ])
}

extension StateOptions {
  /// The policy file that was named, or else the one that `czproxy run` would use; exits with 1 if there is neither.
  func policyFile(_ named: String?) throws -> String {
    if let named { return named }
    let directory = try path()
    guard let file = PolicySource.file(in: directory) else {
      Terminal.complain("there is no policy: name a policy file, or put a policy.yaml into \(directory)")
      throw ExitCode(1)
    }
    return file
  }
}

/// Runs `body`, which may throw a `PolicyError`; reports every error and exits with 1.
func reportingPolicyErrors<Result>(_ body: () throws(PolicyError) -> Result) throws -> Result {
  do throws(PolicyError) {
    return try body()
  } catch {
    Terminal.complain(error.lines)
    throw ExitCode(1)
  }
}

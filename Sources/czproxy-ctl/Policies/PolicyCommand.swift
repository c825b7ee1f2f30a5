import ArgumentParser
import Policy

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

/// Runs `body` with a policy; if the policy can't be used, exits with 1 and prints every error on stderr.
func reportingPolicyErrors<Result>(_ body: () throws(PolicyError) -> Result) throws -> Result {
  do throws(PolicyError) {
    return try body()
  } catch {
    Terminal.complain(error.lines)
    throw ExitCode(1)
  }
}

import ArgumentParser

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

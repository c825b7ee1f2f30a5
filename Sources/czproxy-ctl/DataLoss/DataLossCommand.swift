import ArgumentParser
import DataLoss
import Policy
import Relay

/// `czproxy dlp`
struct DataLossCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dlp",
    abstract: "Data loss prevention: list the detectors, and scan a text.",
    subcommands: [DataLossScanCommand.self, DataLossRulesCommand.self])
}

/// The detectors that a command uses.
struct DetectorOptions: ParsableArguments {
  @Option(name: [.short, .long], help: "A policy whose dlp_rules are added: .yaml, .yml or .json.")
  var policy: String?

  @Flag(help: "The policy is the payload of a bundle.")
  var payload = false

  @Flag(help: "Add the detectors of credentials, which the proxy applies to the answers of servers.")
  var credentials = false

  /// The detectors, and warnings about rules that are not used; exits with 1 if the policy can't be used.
  func load() throws -> (scanner: Scanner, warnings: [String]) {
    var scanner = Scanner.builtin
    var warnings: [String] = []
    if let policy {
      let loaded = try reportingPolicyErrors { () throws(PolicyError) in
        try PolicySource.load(policy, isPayload: payload).policy
      }
      scanner = loaded.scanner
      warnings = loaded.warnings.filter { $0.message.hasPrefix("DLP rule") }.map { "\(policy):\($0)" }
    }
    return (credentials ? scanner.withCredentials : scanner, warnings)
  }
}

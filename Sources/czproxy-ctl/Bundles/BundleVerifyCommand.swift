import ArgumentParser
import Bundle
import Platform

/// `czproxy bundle verify`
struct BundleVerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check a bundle as a proxy would, and show each check.",
    discussion: """
      Exits with 0 only for a bundle that would be enforced now, and with 1 for any other. The class of the failure is \
      one of: format, verification, tamper, expired, rollback, project, key, policy, unavailable.

      Structure, signature and payload are checked as in Control Zero's SDK. The checks of signer, project, expiry and \
      rollback go beyond it, and --skip leaves one out.
      The check of rollback compares with what proxies of the same --state-dir have accepted. Nothing is written there.
      """)

  /// A check that can be left out.
  enum Skippable: String, ExpressibleByArgument, CaseIterable {
    case signer, project, expiry, rollback

    var check: AcceptanceChecks { AcceptanceChecks.all.first { $0.name == rawValue }?.check ?? [] }
  }

  @Argument(help: "A bundle.")
  var file: String

  @Option(help: "The keys file of the project.")
  var keys: String

  @OptionGroup var state: StateOptions

  @Option(help: "Leave a check out: signer, project, expiry or rollback; may be repeated.")
  var skip: [Skippable] = []

  @Option(help: "The moment to check for (default: now): 2027-01-31T00:00:00Z, or UNIX seconds.")
  var at: TimeArgument?

  @Option(help: "text or json.")
  var format = OutputFormat.text

  func run() throws {
    var report = BundleReport()
    let checks = skip.reduce(AcceptanceChecks.strict) { $0.subtracting($1.check) }
    do throws(BundleError) {
      let keys = try BundleFile.keys(keys)
      report.examine(
        file, keys: keys, now: at?.seconds ?? WallClock.seconds(), checks: checks,
        stateDirectory: Environment.stateDirectory(option: state.directory))
    } catch {
      report.add("keys", .failed(error))
    }
    switch format {
    case .text: report.printText(file)
    case .json: report.printJSON(file)
    }
    if report.failure != nil { throw ExitCode(1) }
  }
}

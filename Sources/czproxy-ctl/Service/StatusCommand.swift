import ArgumentParser
import Audit
import ControlPlane
import Platform
import State
import Wire

/// `czproxy status`
struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Show where the policy comes from, how old it is, and what waits to be sent.",
    discussion: """
      Without a service: the policy in the state directory, and the age of the last record.

      Exits with 0 when all is well, with 1 when something is wrong, with 2 when no service was ever used here and \
      nothing is wrong, with 74 when the state directory can't be read.
      """)

  @OptionGroup var state: StateOptions

  @Option(help: "text or json.")
  var format = OutputFormat.text

  func run() throws {
    let directory = try state.path()
    let found: StatusReport?
    do throws(StateError) {
      found = try StatusReport(stateDirectory: directory, now: WallClock.seconds())
    } catch {
      Terminal.complain("\(error)")
      throw ExitCode(74)
    }
    guard let report = found else { return try showLocal(directory) }
    switch format {
    case .text: for line in report.lines { print(line) }
    case .json: Terminal.printJSON { report.write(to: &$0) }
    }
    if report.hasTrouble { throw ExitCode(1) }
  }

  private func showLocal(_ directory: String) throws {
    let status = try state.reading { (audit) throws(AuditError) in
      try LocalStatus(stateDirectory: directory, audit: audit, now: WallClock.seconds())
    }
    switch format {
    case .text: for line in status.lines { print(line) }
    case .json: Terminal.printJSON { status.write(to: &$0) }
    }
    if status.hasTrouble { throw ExitCode(1) }
    Terminal.complain("no service was ever used with \(directory)")
    throw ExitCode(2)
  }
}

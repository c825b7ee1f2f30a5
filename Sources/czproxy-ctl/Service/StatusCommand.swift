import ArgumentParser
import ControlPlane
import Platform
import State
import Wire

/// `czproxy status`
struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Show how old the policy is, where it is from, and what waits to be sent.",
    discussion:
      "Exits with 0 when all is well, with 1 when there is a trouble, with 2 when nothing was ever synced here, with 74 "
      + "when the state directory can't be read.")

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
    guard let report = found else {
      Terminal.complain("nothing was ever synced in \(directory): `czproxy sync` does it, or `czproxy run` with a key")
      throw ExitCode(2)
    }
    switch format {
    case .text: for line in report.lines { print(line) }
    case .json: Terminal.printJSON { report.write(to: &$0) }
    }
    if report.hasTrouble { throw ExitCode(1) }
  }
}

import ArgumentParser
import Platform
import Relay
import Wire

/// `czproxy doctor`
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Look for what is not governed, and for what would keep czproxy from working.",
    discussion: """
      Looks at the state directory, and at the servers in each host's config: whether czproxy stands in front of them, \
      whether it is there, and whether the policy and the server that it names can be used. Without a file, the places \
      are looked at where hosts keep theirs, in the home and in the working directory. Nothing is started or changed.

      Exits with 0 when all is well, with 1 when something is to be done.
      """)

  @Argument(help: "Config files of MCP hosts (default: those that are found).")
  var files: [String] = []

  @OptionGroup var state: StateOptions

  @Option(help: "text or json.")
  var format = OutputFormat.text

  func run() throws {
    var doctor = Doctor(stateDirectory: try state.path(), now: WallClock.seconds())
    doctor.lookAtInstallation()
    doctor.lookAtState()
    let found = files.isEmpty ? HostConfigFile.known() : files
    for file in found { doctor.lookAt(file) }
    if found.isEmpty {
      doctor.add(.note, "no config of a host is in its usual place: name it, `czproxy doctor FILE`")
    }
    switch format {
    case .text: for finding in doctor.findings { print(finding.text) }
    case .json:
      Terminal.printJSON { writer in
        writer.key("findings")
        writer.beginArray()
        for finding in doctor.findings { finding.write(to: &writer) }
        writer.endArray()
      }
    }
    if doctor.findings.contains(where: { $0.severity.isTrouble }) { throw ExitCode(1) }
  }
}

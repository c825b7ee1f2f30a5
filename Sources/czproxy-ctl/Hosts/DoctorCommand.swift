import ArgumentParser
import Platform
import Wire

/// `czproxy doctor`
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Find servers that are not governed, and whatever would keep czproxy from working.",
    discussion: """
      Checks the state directory, and each server in the hosts' configs: whether czproxy stands in front of it, whether \
      that czproxy exists, and whether its policy and the server's program can be used. Without a file, looks where \
      hosts keep their configs, in the home and in the working directory. Starts and changes nothing.

      Exits with 0 if all is well, with 1 if there is a warning or an error.
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
        writer.beginArray("findings")
        for finding in doctor.findings { finding.write(to: &writer) }
        writer.endArray()
      }
    }
    if doctor.findings.contains(where: { $0.severity.isTrouble }) { throw ExitCode(1) }
  }
}

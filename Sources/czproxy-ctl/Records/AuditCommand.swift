import ArgumentParser
import Audit
import Platform
import Relay
import Wire

struct AuditCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit", abstract: "Read the records, and prove them whole.",
    subcommands: [AuditTailCommand.self, AuditSummaryCommand.self, AuditVerifyCommand.self])
}

extension StateOptions {
  /// The audit directory; complains and exits if there is no home directory.
  ///
  /// A directory that can't be read must not pass for one without records.
  func auditDirectory() throws -> AuditDirectory {
    let directory = AuditDirectory(stateDirectory: try path())
    if let problem = directory.problem {
      Terminal.complain("\(problem)")
      throw ExitCode(74)
    }
    return directory
  }
}

struct AuditVerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Check that no record is missing or changed.",
    discussion: """
      Each segment (one a process) is checked row by row, and against what the others have on record about it.
      Exits with 0 when nothing is missing or changed, with 1 when something is, with 2 when there is nothing to check,
      with 74 when the state directory can't be read.
      A segment is `closed` when its process ended in order, `open` while it runs, `unclosed` when it was killed.
      """)

  @Argument(help: "Segments to check (default: all of the state directory).")
  var files: [String] = []

  @OptionGroup var state: StateOptions

  @Option(help: "text or json.")
  var format = OutputFormat.text

  func run() throws {
    let reports: [SegmentReport]
    if files.isEmpty {
      reports = AuditVerifier(try state.auditDirectory()).verifyAll()
    } else {
      reports = files.map { file in
        let parts = file.split(separator: "/", omittingEmptySubsequences: false)
        let directory = parts.dropLast().joined(separator: "/")
        let path = parts.count > 1 ? (directory.isEmpty ? "/" : directory) : "."
        return AuditVerifier(AuditDirectory(path: path)).verify(String(parts.last ?? ""))
      }
    }
    for report in reports {
      switch format {
      case .text:
        let verdict =
          report.isIntact
          ? Terminal.colored("intact", .green) : Terminal.colored("NOT INTACT", .red)
        // The name may have been made up by somebody else.
        let name = DisplayText.escaped(report.name.utf8)
        print("\(verdict) \(name): \(report.rows) rows, \(report.ending.rawValue)")
        for finding in report.findings { print("  " + DisplayText.escaped(finding.description.utf8, limit: 1024)) }
      case .json:
        print(report)
      }
    }
    guard !reports.isEmpty else {
      let directory = try state.auditDirectory()
      Terminal.complain("there are no records in \(directory.path)")
      throw ExitCode(2)
    }
    if !reports.allSatisfy(\.isIntact) { throw ExitCode(1) }
  }

  private func print(_ report: SegmentReport) {
    Terminal.printJSON { writer in
      writer.key("segment")
      writer.string(report.name)
      writer.key("intact")
      writer.boolean(report.isIntact)
      writer.key("rows")
      writer.integer(report.rows)
      writer.key("ending")
      writer.string(report.ending.rawValue)
      writer.key("findings")
      writer.beginArray()
      for finding in report.findings {
        writer.beginObject()
        writer.key("kind")
        writer.string(finding.kind.rawValue)
        if let line = finding.line {
          writer.key("line")
          writer.integer(line)
        }
        writer.key("detail")
        writer.string(finding.detail)
        writer.endObject()
      }
      writer.endArray()
    }
  }

  private func print(_ text: String) { Swift.print(text) }
}

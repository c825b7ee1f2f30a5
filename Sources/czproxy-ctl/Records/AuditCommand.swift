import ArgumentParser
import Audit
import Wire

struct AuditCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit", abstract: "Read the records, and prove them complete.",
    subcommands: [AuditTailCommand.self, AuditSummaryCommand.self, AuditVerifyCommand.self])
}

extension StateOptions {
  var audit: AuditDirectory { get throws { AuditDirectory(stateDirectory: try path()) } }

  /// Reads the audit directory; exits with 74 if it can't be read.
  func reading<Result>(_ read: (AuditDirectory) throws(AuditError) -> Result) throws -> Result {
    let directory = try audit
    do throws(AuditError) {
      return try read(directory)
    } catch {
      Terminal.complain("\(error)")
      throw ExitCode(74)
    }
  }
}

struct AuditVerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Check that no record is missing or changed.",
    discussion: """
      Each segment (one per process) is checked row by row, and against what other segments have recorded about it.
      A segment is `open` while its process runs, `closed` if the process ended normally, `unclosed` if it was killed.

      Exits with 0 if nothing is missing or changed, with 1 if something is, with 2 if there is nothing to check, with \
      74 if the state directory can't be read.
      """)

  @Argument(help: "Segments to check (default: all of the state directory).")
  var files: [String] = []

  @OptionGroup var state: StateOptions

  @Option(help: "text or json.")
  var format = OutputFormat.text

  func run() throws {
    let reports: [SegmentReport]
    if files.isEmpty {
      reports = try state.reading { (directory) throws(AuditError) in try AuditVerifier(directory).verifyAll() }
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
        // File names are not trusted.
        let name = DisplayText.escaped(report.name.utf8)
        print("\(verdict) \(name): \(report.rows) rows, \(report.ending.rawValue)")
        for finding in report.findings { print("  " + DisplayText.escaped(finding.description.utf8, limit: 1024)) }
      case .json:
        printJSON(report)
      }
    }
    guard !reports.isEmpty else {
      Terminal.complain("there are no records in \(try state.audit.path)")
      throw ExitCode(2)
    }
    if !reports.allSatisfy(\.isIntact) { throw ExitCode(1) }
  }

  private func printJSON(_ report: SegmentReport) {
    Terminal.printJSON { writer in
      writer.string("segment", report.name)
      writer.boolean("intact", report.isIntact)
      writer.integer("rows", report.rows)
      writer.string("ending", report.ending.rawValue)
      writer.beginArray("findings")
      for finding in report.findings {
        writer.beginObject()
        writer.string("kind", finding.kind.rawValue)
        if let line = finding.line { writer.integer("line", line) }
        writer.string("detail", finding.detail)
        writer.endObject()
      }
      writer.endArray()
    }
  }
}

import ArgumentParser
import Audit
import Foundation
import Wire

struct AuditTailCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tail", abstract: "Show the latest records of all sessions, in the order of their time.",
    discussion:
      "Exits with 0 when there are records, with 2 when there are none, with 74 when the state directory can't be read, "
      + "as `verify` does. With --follow it waits for the first one.")

  @Flag(name: [.customShort("f"), .long], help: "Go on with new records as they come.")
  var follow = false

  @Option(name: [.customShort("n"), .long], help: "How many records to show.")
  var lines = 20

  @OptionGroup var state: StateOptions

  @Option(help: "text or json (the rows as they stand).")
  var format = OutputFormat.text

  func validate() throws {
    guard (0...1_000_000).contains(lines) else { throw ValidationError("`--lines` takes 0 to 1000000") }
  }

  private struct Row {
    let time: String
    let bytes: [UInt8]
  }

  func run() throws {
    let directory = try state.auditDirectory()
    var offsets: [String: Int] = [:]
    var newest: [Row] = []
    var isEmpty = true
    for segment in directory.segments() {
      let rows = read(segment, in: directory, &offsets, atMost: max(lines, 1))
      if !rows.isEmpty { isEmpty = false }
      newest += rows
      if newest.count / 2 > lines { newest = latest(newest) }
    }
    for row in latest(newest) { show(row) }
    if isEmpty {
      // Mostly this is the wrong directory: a program must not take it for a quiet day, nor a person for a quiet host.
      Terminal.complain("there are no records in \(directory.path)\(follow ? " yet: waiting for the first one" : "")")
      if !follow { throw ExitCode(2) }
    }
    while follow {
      fflush(nil)
      // Files are few and rows are small: polling twice a second is cheaper than it sounds, and works everywhere.
      Thread.sleep(forTimeInterval: 0.5)
      var rows: [Row] = []
      for segment in directory.segments() { rows += read(segment, in: directory, &offsets) }
      for row in rows.sorted(by: { $0.time < $1.time }) { show(row) }
    }
  }

  /// Sorted by time: a session that began early may have the latest rows of all.
  private func latest(_ rows: [Row]) -> [Row] { rows.sorted { $0.time < $1.time }.suffix(lines) }

  /// The rows of a segment after those already read, or only the last of them.
  private func read(
    _ segment: String, in directory: AuditDirectory, _ offsets: inout [String: Int], atMost limit: Int = .max
  ) -> [Row] {
    var rows: [Row] = []
    let isKnown = offsets[segment] != nil
    var offset = offsets[segment] ?? 0
    do {
      try directory.forEachRow(of: segment, from: offset) { row in
        offset = row.end
        guard let text = row.text, let document = try? JSONDocument(parsing: text, options: .python) else {
          return true
        }
        let time = document.member("ts", of: document.root).flatMap { document.string($0) } ?? []
        rows.append(Row(time: String(decoding: time, as: UTF8.self), bytes: Array(text)))
        if rows.count / 2 > limit { rows.removeFirst(rows.count - limit) }
        return true
      }
    } catch {
      // Reported once. A segment may belong to another user, as after one `sudo`.
      if !isKnown { Terminal.complain("\(error)") }
    }
    offsets[segment] = offset
    return rows
  }

  private func show(_ row: Row) {
    switch format {
    case .json: Terminal.printJSON(row.bytes)
    case .text:
      if let document = try? JSONDocument(parsing: row.bytes[...], options: .python) {
        print(AuditLine.text(of: document))
      }
    }
  }
}

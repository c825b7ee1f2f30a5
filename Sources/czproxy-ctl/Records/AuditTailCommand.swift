import ArgumentParser
import Audit
import Foundation
import Wire

struct AuditTailCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tail", abstract: "Show the latest records of all sessions, ordered by time.",
    discussion:
      "Exits with 0 if there are records, with 2 if there are none, with 74 if the state directory can't be read. With "
      + "--follow, waits for the first record.")

  @Flag(name: [.customShort("f"), .long], help: "Keep showing records as they are written.")
  var follow = false

  @Option(name: [.customShort("n"), .long], help: "How many records to show.")
  var lines = 20

  @OptionGroup var state: StateOptions

  @Option(help: "text or json (the rows as they were written).")
  var format = OutputFormat.text

  func validate() throws {
    guard (0...1_000_000).contains(lines) else { throw ValidationError("--lines takes 0 to 1000000") }
  }

  private struct Row {
    let time: String
    let bytes: [UInt8]
  }

  func run() throws {
    let directory = try state.audit
    var offsets: [String: Int] = [:]
    var newest: [Row] = []
    var isEmpty = true
    for segment in try segments() {
      let rows = read(segment, in: directory, &offsets, atMost: max(lines, 1))
      if !rows.isEmpty { isEmpty = false }
      newest += rows
      if newest.count / 2 > lines { newest = latest(newest) }
    }
    for row in latest(newest) { show(row) }
    if isEmpty {
      // Most likely this is the wrong directory: nobody should take the silence for a day without calls.
      Terminal.complain("there are no records in \(directory.path)\(follow ? " yet: waiting for the first one" : "")")
      if !follow { throw ExitCode(2) }
    }
    while follow {
      fflush(nil)
      // Polling twice a second is cheap, because files are few and rows are small, and works on every system.
      Thread.sleep(forTimeInterval: 0.5)
      var rows: [Row] = []
      for segment in try segments() { rows += read(segment, in: directory, &offsets) }
      for row in rows.sorted(by: { $0.time < $1.time }) { show(row) }
    }
  }

  private func segments() throws -> [String] {
    try state.reading { (directory) throws(AuditError) in try directory.segments() }
  }

  /// The latest rows, sorted by time: a session that began early may have the latest rows of all.
  private func latest(_ rows: [Row]) -> [Row] { rows.sorted { $0.time < $1.time }.suffix(lines) }

  /// The rows of a segment that have not been read yet, or only the last ones.
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
        let time = document.string("ts") ?? []
        rows.append(Row(time: String(decoding: time, as: UTF8.self), bytes: Array(text)))
        if rows.count / 2 > limit { rows.removeFirst(rows.count - limit) }
        return true
      }
    } catch {
      // Reported once per segment. A segment may belong to another user, for example after `sudo`.
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

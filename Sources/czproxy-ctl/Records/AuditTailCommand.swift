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
    for segment in directory.segments() {
      // A segment that began before others may hold the newest rows.
      newest += read(segment, in: directory, &offsets, last: max(lines, 1))
      newest = newest.sorted { $0.time < $1.time }.suffix(max(lines, 1))
    }
    for row in newest.suffix(max(lines, 0)) { show(row) }
    if newest.isEmpty {
      // Mostly it is the wrong directory: a program must not take that for a quiet day, nor a person for a quiet host.
      Terminal.complain("there are no records in \(directory.path)\(follow ? " yet: waiting for the first one" : "")")
      if !follow { throw ExitCode(2) }
    }
    while follow {
      fflush(nil)
      // Files are few and rows small: looking twice a second is cheaper than it sounds, and works everywhere.
      Thread.sleep(forTimeInterval: 0.5)
      var rows: [Row] = []
      for segment in directory.segments() { rows += read(segment, in: directory, &offsets) }
      for row in rows.sorted(by: { $0.time < $1.time }) { show(row) }
    }
  }

  /// The rows of a segment behind those that were read before.
  ///
  /// - Parameter limit: how many of them are wanted, counted from the last one.
  private func read(
    _ segment: String, in directory: AuditDirectory, _ offsets: inout [String: Int], last limit: Int = .max
  ) -> [Row] {
    var rows: [Row] = []
    var offset = offsets[segment] ?? 0
    try? directory.forEachLine(of: segment, maxLineBytes: AuditDirectory.maxRowBytes, from: offset) { item in
      switch item {
      case .tooLong(let bytes):
        offset += bytes + 1
      case .line(let line):
        // A row without its end is still being written.
        guard line.bytes.last == UInt8(ascii: "\n") else { return false }
        offset += line.bytes.count
        guard let row = try? JSONDocument(parsing: line.content, options: .python) else { return true }
        let time = row.member("ts", of: row.root).flatMap { row.string($0) } ?? []
        rows.append(Row(time: String(decoding: time, as: UTF8.self), bytes: Array(line.content)))
        if rows.count / 2 >= limit { rows.removeFirst(rows.count - limit) }
      }
      return true
    }
    offsets[segment] = offset
    return rows
  }

  private func show(_ row: Row) {
    switch format {
    case .json: print(String(decoding: row.bytes, as: UTF8.self))
    case .text:
      if let document = try? JSONDocument(parsing: row.bytes[...], options: .python) {
        print(AuditLine.text(of: document))
      }
    }
  }
}

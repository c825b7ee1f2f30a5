internal import Platform
internal import Wire

/// The segments that were removed because they were old and had been delivered: `removed.jsonl` beside them.
///
/// Later segments still have them on record. A name in this file does not count as missing.
public struct RemovedSegments: Sendable {
  private let directory: AuditDirectory

  public init(_ directory: AuditDirectory) {
    self.directory = directory
  }

  private var path: String { directory.path + "/removed.jsonl" }

  /// The names of all segments that were removed properly.
  public func names() -> Set<String> {
    var names: Set<String> = []
    try? directory.forEachLine(of: "removed.jsonl", maxLineBytes: 4096) { item in
      if case .line(let line) = item, let row = try? JSONDocument(parsing: line.content),
        let node = row.member("segment", of: row.root), let name = row.string(node)
      {
        names.insert(String(decoding: name, as: UTF8.self))
      }
      return true
    }
    return names
  }

  /// Records the removal, then removes the segment and the files that belong to it.
  ///
  /// - Parameter sidecars: suffixes of further files beside it.
  public func remove(_ segment: String, at time: UTCTime, sidecars: [String]) throws(AuditError) {
    var writer = JSONWriter()
    writer.beginObject()
    writer.string("at", time.iso8601)
    writer.string("segment", segment)
    if let head = directory.head(of: segment) {
      writer.integer("seq", head.sequence)
      writer.string("hash", head.hash)
    }
    writer.endObject()
    do throws(SystemError) {
      try Descriptor.append(line: writer.bytes, to: path)
    } catch {
      throw AuditError(.write, path: path, error)
    }
    for suffix in [""] + [".anchor", ".head"] + sidecars {
      if unsafe unlink(directory.path(of: segment) + suffix) != 0, errno != ENOENT {
        throw AuditFile.failure(.write, directory.path(of: segment) + suffix)
      }
    }
  }
}

internal import Platform
internal import Wire

/// What shipping and retention need of segments: complete rows, and where each ends.
extension AuditDirectory {
  /// A complete row of a segment.
  public struct Row: Sendable {
    /// Without its LF; nil if it is too long to be a row of ours.
    public let text: ArraySlice<UInt8>?
    /// The offset after its LF.
    public let end: Int
  }

  public struct Status: Sendable, Equatable {
    /// In bytes.
    public let size: Int
    /// UNIX seconds, not negative: some file systems keep times whose age would overflow.
    public let modifiedAt: Int64
  }

  /// The longest row that is read. ``AuditRecord/maxTextBytes`` and ``AuditRecord/maxListBytes`` keep rows well below.
  public static let maxRowBytes = 8 << 20

  /// Size and age of a segment; nil if it is gone, not a regular file, or can't be examined.
  public func status(of segment: String) -> Status? { (try? examine(segment)) ?? nil }

  /// The same, but a segment that can't be examined is an error.
  private func examine(_ segment: String) throws(AuditError) -> Status? {
    var status = stat()
    guard unsafe lstat(path(of: segment), &status) == 0 else {
      if errno == ENOENT { return nil }
      throw AuditFile.failure(.read, path(of: segment))
    }
    guard status.st_mode & S_IFMT == S_IFREG else { return nil }
    #if os(macOS)
      let modified = status.st_mtimespec.tv_sec
    #else
      let modified = status.st_mtim.tv_sec
    #endif
    return Status(size: Int(status.st_size), modifiedAt: max(Int64(modified), 0))
  }

  /// Calls `body` with each complete row from an offset on, until it returns false. A row without its LF is still being
  /// written, or was left by a process that died; it is skipped.
  ///
  /// - Parameter offset: where a row starts.
  public func forEachRow(
    of segment: String, from offset: Int, _ body: (Row) -> Bool
  ) throws(AuditError) {
    guard let size = try examine(segment)?.size, size > offset else { return }
    var end = offset
    try forEachLine(of: segment, maxLineBytes: Self.maxRowBytes, from: offset) { item in
      switch item {
      case .tooLong(let line):
        end += line.bytes + 1
        // Whatever has been appended meanwhile comes next time.
        return end <= size && body(Row(text: nil, end: end))
      case .line(let line):
        guard line.bytes.last == UInt8(ascii: "\n") else { return false }
        end += line.bytes.count
        return body(Row(text: line.content, end: end))
      }
    }
  }

  /// Whether a row can start at an offset: at 0, or after an LF.
  public func startsRow(at offset: Int, of segment: String) -> Bool {
    guard offset > 0 else { return offset == 0 }
    guard let file = try? AuditFile(reading: path(of: segment)) else { return false }
    file.seek(to: offset - 1)
    var byte: UInt8 = 0
    let count = unsafe withUnsafeMutableBytes(of: &byte) { try? unsafe file.read(into: $0) }
    return count == 1 && byte == UInt8(ascii: "\n")
  }
}

internal import Platform

/// The directory that holds a state directory's audit segments.
public struct AuditDirectory: Sendable {
  public let path: String

  public init(stateDirectory: String) {
    path = stateDirectory + "/audit"
  }

  public init(path: String) {
    self.path = path
  }

  public static let prefix = "audit-"
  public static let suffix = ".jsonl"

  /// The names of all segments, oldest first: a name starts with its segment's time. None if there is no directory; one
  /// that can't be read is an error, because it must not look like one without records.
  public func segments() throws(AuditError) -> [String] { try names(endingWith: Self.suffix) }

  private func names(endingWith suffix: String) throws(AuditError) -> [String] {
    do throws(SystemError) {
      return try Directory.names(in: path) { $0.hasPrefix(Self.prefix) && $0.hasSuffix(suffix) }
    } catch {
      throw AuditError(.read, path: path, error)
    }
  }

  /// Segments that have rows according to a `.head` file, whether the segments exist or not.
  func segmentsWithHead() throws(AuditError) -> Set<String> {
    let suffix = ".head"
    let heads = try names(endingWith: Self.suffix + suffix)
    let segments = heads.map { String($0.dropLast(suffix.count)) }
    return Set(segments.filter { segment in head(of: segment).map { $0.sequence > 0 } ?? false })
  }

  public func path(of segment: String) -> String { path + "/" + segment }

  /// The content of the segment's `.head` file; nil if there is none that can be read.
  public func head(of segment: String) -> SegmentHead? {
    (try? Self.contents(of: path(of: segment) + ".head", limit: 256)).flatMap { SegmentHead($0) }
  }

  /// A small file's bytes, up to a limit.
  static func contents(of path: String, limit: Int) throws(AuditError) -> [UInt8] {
    let file = try AuditFile(reading: path)
    var bytes = [UInt8](repeating: 0, count: limit)
    var failure: AuditError?
    let count = unsafe bytes.withUnsafeMutableBytes { space in
      do throws(AuditError) {
        return try unsafe file.read(into: space)
      } catch {
        failure = error
        return 0
      }
    }
    if let failure { throw failure }
    return Array(bytes.prefix(count))
  }
}

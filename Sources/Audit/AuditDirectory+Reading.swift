public import Wire

extension AuditDirectory {
  /// Calls `body` with each line of a segment until it returns false; holds one line at a time.
  public func forEachLine(
    of segment: String, maxLineBytes: Int, from offset: Int = 0, _ body: (LineFramer.Item) -> Bool
  ) throws(AuditError) {
    let file = try AuditFile(reading: path(of: segment))
    file.seek(to: offset)
    var framer = LineFramer(maxLineBytes: maxLineBytes)
    while true {
      var count = 0
      try unsafe framer.receive { (space) throws(AuditError) in
        count = try unsafe file.read(into: space)
        return count
      }
      while let item = framer.next() {
        if !body(item) { return }
      }
      if count == 0 { break }
    }
    if let item = framer.finish() { _ = body(item) }
  }

  /// Whether the process that writes the segment is alive.
  public func isLocked(_ segment: String) -> Bool {
    guard let file = try? AuditFile(reading: path(of: segment)) else { return false }
    return !file.tryLock()
  }
}

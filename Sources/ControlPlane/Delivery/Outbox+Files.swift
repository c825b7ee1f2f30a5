internal import Audit
internal import State
internal import Wire

/// Cursors, and the file of rows that were set aside.
extension Outbox {
  private func cursorPath(_ segment: String) -> String {
    directory.path(of: segment) + Self.cursorSuffix(receiver)
  }

  /// Where delivery continues; 0 if the cursor can't be right, since a repeated record does less harm than a lost one.
  func cursor(_ segment: String) -> Int {
    guard let bytes = try? StateFile.read(cursorPath(segment), limit: 64),
      let offset = Int(String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)), offset >= 0,
      directory.startsRow(at: offset, of: segment)
    else { return 0 }
    return offset
  }

  func move(_ segment: String, to offset: Int) throws(SyncError) {
    do throws(StateError) {
      try StateFile.replace(cursorPath(segment), with: Array("\(offset)\n".utf8))
    } catch {
      throw SyncError(error.description)
    }
  }

  func setAside(
    _ segment: String, _ place: Range<Int>, _ reason: String, status: Int?
  ) throws(SyncError) {
    var writer = JSONWriter()
    writer.beginObject()
    writer.string("receiver", receiver.rawValue)
    writer.string("segment", segment)
    writer.integer("offset", place.lowerBound)
    writer.integer("bytes", place.count)
    if let status { writer.integer("status", status) }
    writer.string("reason", reason)
    var row: [UInt8]?
    try forEachRow(of: segment, from: place.lowerBound) { found in
      row = found.text.map { Array($0) }
      return false
    }
    // As a string, because the row need not be JSON.
    if let row { writer.string("row", bytes: row) }
    writer.endObject()
    do throws(StateError) {
      try StateFile.append(line: writer.bytes, to: directory.path + "/" + Self.refusedName)
    } catch {
      throw SyncError(error.description)
    }
  }
}

import Digest
public import Wire

/// One row of an audit log while it is built: a JSON object whose members stand in the order in which they were added.
public struct AuditRecord: Sendable {
  /// A member's value, by its range in the text.
  struct Member: Sendable {
    let key: StaticString
    let value: Range<Int>
    /// Whether the value has members or elements, whose order and spacing may differ in its canonical form.
    let isNested: Bool
  }

  /// The maximum bytes of a text in a row; of a longer text, a row holds the beginning and the length. The names that
  /// peers use may be as long as a message, and readers must still accept the row.
  public static let maxTextBytes = 16 << 10
  /// The maximum bytes of all texts of a list together.
  public static let maxListBytes = 64 << 10
  public static let maxListed = 1000

  private var writer: JSONWriter
  private(set) var members: [Member] = []

  /// Starts a row with the members that every row has.
  ///
  /// - Parameters:
  ///   - event: what the row reports: `decision`, `outcome`, `refusal`, `session_start`, `session_end` ….
  ///   - decision: `allow`, `deny` or `warn`; `audit` if there is no decision (Control Zero's lifecycle rows).
  public init(at time: UTCTime, decision: String, event: String) {
    writer = JSONWriter(style: .python)
    writer.reserve(2048)
    members.reserveCapacity(64)
    writer.beginObject()
    string("ts", bytes: time.iso8601Bytes)
    string("decision", decision)
    string("id", bytes: UniqueID.text())
    string("event", event)
  }

  public mutating func string(_ key: StaticString, _ value: String) { string(key, value.utf8.span) }

  public mutating func string(_ key: StaticString, bytes: [UInt8]) { string(key, bytes.span) }

  private mutating func string(_ key: StaticString, _ text: Span<UInt8>) {
    writer.key(key)
    let start = writer.bytes.count
    Self.write(text, to: &writer)
    members.append(Member(key: key, value: start..<writer.bytes.count, isNested: false))
  }

  private static func write(_ text: Span<UInt8>, to writer: inout JSONWriter) {
    guard text.count > maxTextBytes else { return writer.string(text) }
    var start = unsafe text.extracting(...maxTextBytes).withUnsafeBufferPointer { unsafe Array($0) }
    // Cut between two characters.
    while let last = start.popLast(), last & 0xc0 == 0x80 {}
    writer.string(bytes: start + "… (\(text.count) bytes)".utf8)
  }

  public mutating func integer(_ key: StaticString, _ value: Int) {
    add(key, isNested: false) { $0.integer(value) }
  }

  public mutating func integer(_ key: StaticString, _ value: UInt64) {
    add(key, isNested: false) { $0.integer(value) }
  }

  public mutating func boolean(_ key: StaticString, _ value: Bool) {
    add(key, isNested: false) { $0.boolean(value) }
  }

  public mutating func strings(_ key: StaticString, _ values: some Sequence<[UInt8]>) {
    array(key) { writer in
      var (count, bytes, left) = (0, 0, 0)
      for value in values {
        count += 1
        bytes += min(value.count, Self.maxTextBytes)
        if left == 0, count <= Self.maxListed, bytes <= Self.maxListBytes {
          Self.write(value.span, to: &writer)
        } else {
          left += 1
        }
      }
      if left > 0 { writer.string("… (\(left) more)") }
    }
  }

  /// A member of any kind, whose value the closure writes.
  public mutating func member(_ key: StaticString, _ write: (inout JSONWriter) -> Void) {
    add(key, isNested: true, write)
  }

  public mutating func object(_ key: StaticString, _ write: (inout JSONWriter) -> Void) {
    add(key, isNested: true) { writer in
      writer.beginObject()
      write(&writer)
      writer.endObject()
    }
  }

  public mutating func array(_ key: StaticString, _ write: (inout JSONWriter) -> Void) {
    add(key, isNested: true) { writer in
      writer.beginArray()
      write(&writer)
      writer.endArray()
    }
  }

  private mutating func add(_ key: StaticString, isNested: Bool, _ write: (inout JSONWriter) -> Void) {
    writer.key(key)
    let start = writer.bytes.count
    write(&writer)
    members.append(Member(key: key, value: start..<writer.bytes.count, isNested: isNested))
  }

  /// The row's text without its closing brace.
  var openText: [UInt8] { writer.bytes }

  /// The whole row, with its LF.
  consuming func line() -> [UInt8] {
    writer.endObject()
    writer.endLine()
    return writer.bytes
  }
}

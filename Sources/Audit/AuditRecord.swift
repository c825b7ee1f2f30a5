import Digest
public import Wire

/// One row of an audit log, as it is built: a JSON object whose members stand in the order they were added.
public struct AuditRecord: Sendable {
  private var writer: JSONWriter

  /// Starts a row with the members that every row has.
  ///
  /// - Parameters:
  ///   - event: what the row tells of: `decision`, `outcome`, `refusal`, `session_start`, `session_end` ….
  ///   - decision: `allow`, `deny` or `warn`; `audit` for what is no decision (Control Zero's lifecycle rows).
  public init(at time: UTCTime, decision: String, event: String) {
    writer = JSONWriter(style: .python)
    writer.beginObject()
    string("ts", time.iso8601)
    string("decision", decision)
    string("id", Self.uuid(SHA256.randomBytes(16)))
    string("event", event)
  }

  public mutating func string(_ key: StaticString, _ value: String) {
    writer.key(key)
    writer.string(value)
  }

  public mutating func string(_ key: StaticString, bytes: some Collection<UInt8>) {
    writer.key(key)
    writer.string(bytes: bytes)
  }

  public mutating func integer(_ key: StaticString, _ value: some BinaryInteger) {
    writer.key(key)
    writer.integer(value)
  }

  public mutating func boolean(_ key: StaticString, _ value: Bool) {
    writer.key(key)
    writer.boolean(value)
  }

  public mutating func strings(_ key: StaticString, _ values: some Sequence<[UInt8]>) {
    writer.key(key)
    writer.beginArray()
    for value in values { writer.string(bytes: value) }
    writer.endArray()
  }

  /// A member whose value the closure writes, whatever it is.
  public mutating func member(_ key: StaticString, _ write: (inout JSONWriter) -> Void) {
    writer.key(key)
    write(&writer)
  }

  public mutating func object(_ key: StaticString, _ write: (inout JSONWriter) -> Void) {
    writer.key(key)
    writer.beginObject()
    write(&writer)
    writer.endObject()
  }

  public mutating func array(_ key: StaticString, _ write: (inout JSONWriter) -> Void) {
    writer.key(key)
    writer.beginArray()
    write(&writer)
    writer.endArray()
  }

  /// The row's text without its closing brace.
  var openText: [UInt8] { writer.bytes }

  /// A random UUID, version 4 (RFC 9562, section 5.4).
  private static func uuid(_ random: [UInt8]) -> String {
    var bytes = random
    bytes[6] = bytes[6] & 0x0f | 0x40
    bytes[8] = bytes[8] & 0x3f | 0x80
    let hex = Array(SHA256.hexadecimal(bytes).utf8)
    let parts = [hex[0..<8], hex[8..<12], hex[12..<16], hex[16..<20], hex[20..<32]]
    return parts.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "-")
  }
}

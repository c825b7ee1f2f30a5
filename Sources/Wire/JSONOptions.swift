/// What a reader accepts beyond the strict rules for protocol messages.
///
/// A message from the wire is read with none of these: whatever two readers could understand
/// differently is refused. Documents that a trusted person wrote may be read as other tools read them.
public struct JSONOptions: OptionSet, Sendable {
  public let rawValue: UInt8

  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// LF and CR are white space (RFC 8259, section 2).
  public static let lineBreaks = JSONOptions(rawValue: 1 << 0)

  /// An object may repeat a key; the last one counts.
  public static let duplicateKeys = JSONOptions(rawValue: 1 << 1)

  /// The literals `NaN`, `Infinity` and `-Infinity`, and numbers beyond the range of a double.
  public static let nonFinite = JSONOptions(rawValue: 1 << 2)

  /// Escapes such as `\ud800` that stand for half a surrogate pair; they unescape to three bytes (WTF-8).
  public static let loneSurrogates = JSONOptions(rawValue: 1 << 3)

  /// The rules for protocol messages, one line each.
  public static let message: JSONOptions = []

  /// The same rules for a text of several lines.
  public static let document: JSONOptions = [.lineBreaks]

  /// What Python's `json.loads` accepts.
  public static let python: JSONOptions = [.lineBreaks, .duplicateKeys, .nonFinite, .loneSurrogates]
}

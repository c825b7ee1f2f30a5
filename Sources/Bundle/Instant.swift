internal import Platform
internal import Wire

/// A moment in whole UNIX seconds, as bundles and keys files write it: ISO 8601 with an offset from UTC (RFC 3339).
public struct Instant: Sendable, Equatable, CustomStringConvertible {
  public let seconds: Int64

  public init(seconds: Int64) { self.seconds = seconds }

  /// Reads `2026-11-24T20:05:52Z`, also with a fraction (which is dropped) and with `+01:00` or `+0100` in place of
  /// `Z`; nil for a time without an offset, which would be ambiguous.
  public init?(iso8601 text: [UInt8]) {
    var reader = Reader(rest: text[...])
    guard let year = reader.number(4), reader.skip("-"), let month = reader.number(2), reader.skip("-"),
      let day = reader.number(2), reader.skip("Tt "), let hour = reader.number(2), reader.skip(":"),
      let minute = reader.number(2), reader.skip(":"), let second = reader.number(2), reader.skipFraction(),
      let offset = reader.offset(), reader.rest.isEmpty,
      year > 0, let date = CivilDate(year: year, month: month, day: day), hour < 24, minute < 60, second <= 60
    else { return nil }
    seconds = Int64(date.daysSince1970 * 86_400 + hour * 3600 + minute * 60 + second - offset)
  }

  /// `2026-11-24T20:05:52Z`; the bare number of seconds beyond the year 9999.
  public var description: String {
    guard (-62_135_596_800..<253_402_300_800).contains(seconds) else { return "second \(seconds)" }
    let (days, rest) = Int(seconds).flooredDivision(by: 86_400)
    let date = CivilDate(daysSince1970: days)
    return "\(date.year.padded(4))-\(date.month.padded())-\(date.day.padded())"
      + "T\((rest / 3600).padded()):\((rest / 60 % 60).padded()):\((rest % 60).padded())Z"
  }
}

/// Reads the parts of a time from the front.
private struct Reader {
  var rest: ArraySlice<UInt8>

  mutating func number(_ digits: Int) -> Int? {
    let text = rest.prefix(digits)
    guard text.count == digits, text.allSatisfy(\.isDigit) else { return nil }
    rest = rest.dropFirst(digits)
    return text.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
  }

  mutating func skip(_ choices: String) -> Bool {
    guard let byte = rest.first, choices.utf8.contains(byte) else { return false }
    rest = rest.dropFirst()
    return true
  }

  mutating func skipFraction() -> Bool {
    guard skip(".") else { return true }
    let digits = rest.prefix(while: \.isDigit)
    rest = rest.dropFirst(digits.count)
    return !digits.isEmpty
  }

  /// Seconds east of UTC.
  mutating func offset() -> Int? {
    if skip("Zz") { return 0 }
    let sign = rest.first == UInt8(ascii: "-") ? -1 : 1
    guard skip("+-"), let hours = number(2) else { return nil }
    _ = skip(":")
    guard let minutes = number(2), hours < 24, minutes < 60 else { return nil }
    return sign * (hours * 3600 + minutes * 60)
  }
}

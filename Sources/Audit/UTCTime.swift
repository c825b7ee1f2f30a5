internal import Platform

/// A moment of wall-clock time, written as ISO 8601 in UTC.
public struct UTCTime: Sendable, Equatable {
  /// Since 1970-01-01T00:00:00Z, not negative.
  public let microseconds: Int64

  public init(microseconds: Int64) {
    self.microseconds = max(microseconds, 0)
  }

  /// `2026-11-23T17:09:41.683366+00:00`.
  public var iso8601: String { String(decoding: iso8601Bytes, as: UTF8.self) }

  /// The same, for rows.
  var iso8601Bytes: [UInt8] {
    let date = date
    let (hour, minute, second) = time
    var text: [UInt8] = []
    text.reserveCapacity(32)
    func add(_ value: Int, _ width: Int, _ separator: Unicode.Scalar) {
      var divisor = 1
      for _ in 1..<width { divisor *= 10 }
      while divisor > 0 {
        text.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value / divisor % 10))
        divisor /= 10
      }
      text.append(UInt8(truncatingIfNeeded: separator.value))
    }
    add(date.year, 4, "-")
    add(date.month, 2, "-")
    add(date.day, 2, "T")
    add(hour, 2, ":")
    add(minute, 2, ":")
    add(second, 2, ".")
    add(Int(microseconds % 1_000_000), 6, "+")
    add(0, 2, ":")
    add(0, 2, "Z")
    text.removeLast()
    return text
  }

  /// `20261123T170941.683Z`, for file names.
  public var compact: String {
    let date = date
    let (hour, minute, second) = time
    return "\(date.year)\(date.month.padded())\(date.day.padded())T\(hour.padded())\(minute.padded())"
      + "\(second.padded()).\(Int(microseconds / 1000 % 1000).padded(3))Z"
  }

  private var time: (hour: Int, minute: Int, second: Int) {
    let seconds = Int(microseconds / 1_000_000 % 86_400)
    return (seconds / 3600, seconds / 60 % 60, seconds % 60)
  }

  private var date: CivilDate { CivilDate(daysSince1970: Int(microseconds / 86_400_000_000)) }
}

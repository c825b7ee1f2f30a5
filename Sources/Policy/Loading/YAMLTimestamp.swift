import Wire

/// A plain date, or date and time, as YAML 1.1 writes it and PyYAML's safe loader reads it.
struct YAMLTimestamp: Equatable {
  /// The value as Python's `str` writes it, which is what conditions compare.
  let text: String

  /// Why a text of this form denotes no date or time.
  struct Impossible: Error {
    let reason: String
  }

  /// Nil for a text of another form.
  init?(_ text: String) throws(Impossible) {
    var scan = Scan(bytes: Array(text.utf8))
    guard let year = scan.digits(4...4), scan.take("-"), let month = scan.digits(1...2), scan.take("-"),
      let day = scan.digits(1...2)
    else { return nil }
    if scan.isAtEnd {
      // A date alone has all its digits.
      guard text.utf8.count == 10 else { return nil }
      self.text = try Self.date(year, month, day)
      return
    }
    guard scan.take("T") || scan.take("t") || scan.takeBlanks(), let hour = scan.digits(1...2), scan.take(":"),
      let minute = scan.digits(2...2), scan.take(":"), let second = scan.digits(2...2)
    else { return nil }
    let fraction = scan.take(".") ? scan.fraction() : ""
    let hasBlanks = scan.takeBlanks()
    guard let zone = try Self.zone(&scan), scan.isAtEnd, !(hasBlanks && zone.isEmpty) else { return nil }
    guard hour < 24, minute < 60, second < 60 else { throw Impossible(reason: "there is no such time of day") }
    self.text =
      try Self.date(year, month, day) + " " + Self.padded(hour) + ":" + Self.padded(minute) + ":" + Self.padded(second)
      + fraction + zone
  }

  private static func date(_ year: Int, _ month: Int, _ day: Int) throws(Impossible) -> String {
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    guard year > 0, (1...12).contains(month), (1...days[month - 1]).contains(day) else {
      throw Impossible(reason: "there is no such day")
    }
    return String(repeating: "0", count: 4 - String(year).count) + "\(year)-\(padded(month))-\(padded(day))"
  }

  /// Empty if there is none; nil if this is not a zone.
  private static func zone(_ scan: inout Scan) throws(Impossible) -> String? {
    if scan.isAtEnd { return "" }
    if scan.take("Z") { return "+00:00" }
    let isNegative = scan.take("-")
    guard isNegative || scan.take("+"), let hours = scan.digits(1...2) else { return nil }
    var minutes = 0
    if scan.take(":") {
      guard let digits = scan.digits(2...2) else { return nil }
      minutes = digits
    }
    let total = hours * 60 + minutes
    guard total < 24 * 60 else { throw Impossible(reason: "a zone is less than a day from UTC") }
    return (isNegative && total > 0 ? "-" : "+") + padded(total / 60) + ":" + padded(total % 60)
  }

  private static func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

  /// The bytes still to be read.
  private struct Scan {
    let bytes: [UInt8]
    var position = 0

    var isAtEnd: Bool { position == bytes.count }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
      guard position < bytes.count, UInt32(bytes[position]) == character.value else { return false }
      position += 1
      return true
    }

    mutating func takeBlanks() -> Bool {
      let start = position
      while take(" ") || take("\t") {}
      return position > start
    }

    /// A number with a permitted count of digits, taking as many as there are.
    mutating func digits(_ count: ClosedRange<Int>) -> Int? {
      var value = 0
      var taken = 0
      while taken < count.upperBound, let digit = digit() {
        value = value * 10 + digit
        taken += 1
      }
      return taken >= count.lowerBound ? value : nil
    }

    /// Six digits after a dot; empty if they are all zero.
    mutating func fraction() -> String {
      var digits = ""
      while let digit = digit() { digits += digits.utf8.count < 6 ? "\(digit)" : "" }
      digits += String(repeating: "0", count: 6 - digits.utf8.count)
      return digits == "000000" ? "" : "." + digits
    }

    private mutating func digit() -> Int? {
      guard position < bytes.count, bytes[position].isDigit else { return nil }
      position += 1
      return Int(bytes[position - 1] - 0x30)
    }
  }
}

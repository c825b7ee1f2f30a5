internal import Platform
internal import Wire

/// `Retry-After` (RFC 9110, section 10.2.3): a number of seconds, or a date in any of the three forms of section 5.6.7.
enum RetryAfter {
  /// A longer wait counts as this one: a service must not silence a machine for a week.
  static let longest = Duration.seconds(3600)

  /// How long to wait from now on; nil if the text can't be understood.
  ///
  /// - Parameters:
  ///   - date: the answer's own `Date`. A date is measured against it, so that a wrong clock on either side does no
  ///     harm.
  ///   - now: UNIX seconds, for an answer without `Date`.
  static func duration(_ text: String, date: String?, now: Int64) -> Duration? {
    if !text.isEmpty, text.utf8.allSatisfy(\.isDigit) {
      return min(.seconds(Int64(text) ?? 3600), longest)
    }
    guard let until = seconds(text) else { return nil }
    let start = date.flatMap { seconds($0) } ?? now
    return min(max(.seconds(until - start), .zero), longest)
  }

  private static let months = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
  ]

  /// `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT`, `Sun Nov  6 08:49:37 1994`: UNIX seconds.
  static func seconds(_ text: String) -> Int64? {
    let words = text.lowercased().split { $0 == " " || $0 == "," || $0 == "-" }.map { String($0) }
    guard words.count == 5 || words.count == 6 else { return nil }
    // The month tells the forms apart: only asctime(3) has it before the day.
    let isAsctime = months.contains(words[1])
    let (day, month) = isAsctime ? (words[2], words[1]) : (words[1], words[2])
    let (year, clock) = isAsctime ? (words[4], words[3]) : (words[3], words[4])
    guard isAsctime ? words.count == 5 : words.count == 6 && words[5] == "gmt",
      let day = number(day, 1...31), let month = months.firstIndex(of: month), var year = number(year, 0...9999)
    else { return nil }
    // Two-digit years from 70 to 99 belong to the last century; nobody sends those on purpose.
    if year < 100 { year += year < 70 ? 2000 : 1900 }
    let parts = clock.split(separator: ":", omittingEmptySubsequences: false).map { String($0) }
    guard parts.count == 3, let hour = number(parts[0], 0...23), let minute = number(parts[1], 0...59),
      let second = number(parts[2], 0...60), let date = CivilDate(year: year, month: month + 1, day: day)
    else { return nil }
    return Int64(date.daysSince1970 * 86_400 + hour * 3600 + minute * 60 + second)
  }

  private static func number(_ text: String, _ range: ClosedRange<Int>) -> Int? {
    guard text.utf8.allSatisfy(\.isDigit), let value = Int(text) else { return nil }
    return range.contains(value) ? value : nil
  }
}

internal import Platform
internal import Wire

extension UTCTime {
  /// Reads the form that ``iso8601`` writes, `2026-11-23T17:09:41.683366+00:00`; nil for any other.
  public init?(iso8601 text: some Collection<UInt8>) {
    let bytes = Array(text)
    guard bytes.count == 32, bytes[4] == 0x2d, bytes[7] == 0x2d, bytes[10] == UInt8(ascii: "T"), bytes[13] == 0x3a,
      bytes[16] == 0x3a, bytes[19] == 0x2e, bytes[26...].elementsEqual("+00:00".utf8)
    else { return nil }
    func number(_ range: Range<Int>, _ allowed: ClosedRange<Int>) -> Int? {
      guard bytes[range].allSatisfy(\.isDigit) else { return nil }
      return Int(String(decoding: bytes[range], as: UTF8.self)).flatMap { allowed.contains($0) ? $0 : nil }
    }
    guard let year = number(0..<4, 1970...9999), let month = number(5..<7, 1...12), let day = number(8..<10, 1...31),
      let hour = number(11..<13, 0...23), let minute = number(14..<16, 0...59), let second = number(17..<19, 0...59),
      let fraction = number(20..<26, 0...999_999), let date = CivilDate(year: year, month: month, day: day)
    else { return nil }
    let seconds = Int64(date.daysSince1970 * 86_400 + hour * 3600 + minute * 60 + second)
    self.init(microseconds: seconds * 1_000_000 + Int64(fraction))
  }
}

/// The shortest decimal digits that read back as the same double, which every textual form of a number starts from.
public struct ShortestDecimal: Sendable, Equatable {
  /// ASCII, without leading or trailing zeros.
  public let digits: ArraySlice<UInt8>
  /// The power of ten of the first digit.
  public let exponent: Int

  /// - Parameter value: positive and finite.
  public init(_ value: Double) {
    var all: [UInt8] = []
    all.reserveCapacity(24)
    var whole: Int?
    var power: Int?
    var isNegative = false
    // The standard library writes the shortest digits that read back as the same value.
    for byte in value.description.utf8 {
      switch byte {
      case UInt8(ascii: "."): whole = all.count
      case UInt8(ascii: "e"): power = 0
      case UInt8(ascii: "-"): isNegative = true
      case UInt8(ascii: "+"): break
      default:
        if let sofar = power {
          power = sofar * 10 + Int(byte) - 0x30
        } else {
          all.append(byte)
        }
      }
    }
    let zeros = min(all.prefix { $0 == UInt8(ascii: "0") }.count, all.count - 1)
    var end = all.count
    while end > zeros + 1, all[end - 1] == UInt8(ascii: "0") { end -= 1 }
    digits = all[zeros..<end]
    exponent = (whole ?? all.count) - 1 + (isNegative ? -(power ?? 0) : power ?? 0) - zeros
  }
}

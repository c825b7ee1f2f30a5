#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

extension ExactNumber {
  /// A `Decimal` has 38 digits; one that uses them all may stand for a number with more.
  private static let decimalDigits = 38

  /// The number that a decoder holds beyond the double that it gives; nil if it holds no more.
  ///
  /// Throws if the number has more digits than a decoder gives.
  init?(beyond double: Double, in container: some SingleValueDecodingContainer) throws {
    let whole = (try? container.decode(UInt64.self)).map { "\($0)" }
    guard let text = whole ?? (try? container.decode(Decimal.self)).map({ "\($0)" }), Double(text) == double else {
      return nil
    }
    guard text.utf8.count(where: { (0x30...0x39).contains($0) }) < Self.decimalDigits else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "a number with more digits than a decoder gives: use JSONValue(parsing:)")
    }
    self.init(keeping: text, insteadOf: double)
  }

  func encode(to container: inout some SingleValueEncodingContainer) throws {
    if let whole = UInt64(description) { return try container.encode(whole) }
    guard let decimal = Decimal(string: description),
      ExactNumber(keeping: "\(decimal)", insteadOf: nearest) == self
    else {
      throw EncodingError.invalidValue(
        description,
        .init(codingPath: container.codingPath, debugDescription: "a number with more digits than an encoder takes"))
    }
    try container.encode(decimal)
  }
}

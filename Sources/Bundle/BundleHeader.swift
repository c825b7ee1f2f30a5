/// The first 32 bytes of a bundle (CZ01).
public struct BundleHeader: Sendable, Equatable {
  /// 1 is the only version there is.
  public let schemaVersion: UInt16
  /// UNIX seconds.
  public let createdAt: UInt64
  /// As the author stated it; never checked.
  public let policyCount: UInt16
  /// Where the signature starts, from the file's first byte; at least ``size``.
  public let signatureOffset: Int

  /// Bytes.
  public static let size = 32
  static let signatureSize = 64
  static let magic: [UInt8] = Array("CZ01".utf8)

  init(schemaVersion: UInt16 = 1, createdAt: UInt64, policyCount: UInt16, signatureOffset: Int) {
    self.schemaVersion = schemaVersion
    self.createdAt = createdAt
    self.policyCount = policyCount
    self.signatureOffset = signatureOffset
  }

  /// Reads the header and checks its numbers against the length of the file, in the SDK's order.
  init(of file: Span<UInt8>) throws(BundleError) {
    guard file.count <= UnverifiedBundle.maxBytes else {
      throw BundleError(.fileTooLarge, "the file has more than \(UnverifiedBundle.maxBytes) bytes")
    }
    guard file.count >= UnverifiedBundle.minBytes else {
      throw BundleError(
        .fileTooShort, "the file has \(file.count) bytes, and a bundle at least \(UnverifiedBundle.minBytes)")
    }
    for (place, byte) in Self.magic.enumerated() where file[place] != byte {
      throw BundleError(.magic, "the file does not start with CZ01", at: place)
    }
    for place in 24..<Self.size where file[place] != 0 {
      throw BundleError(.reserved, "a reserved byte is not zero", at: place)
    }
    let version = UInt16(truncatingIfNeeded: Self.integer(file, at: 4, bytes: 2))
    guard version == 1 else {
      throw BundleError(.schemaVersion, "the bundle has schema version \(version), and only 1 is known", at: 4)
    }
    let signatureLength = Int(Self.integer(file, at: 20, bytes: 4))
    guard signatureLength == Self.signatureSize else {
      throw BundleError(
        .signatureLength, "the signature is said to have \(signatureLength) bytes instead of \(Self.signatureSize)",
        at: 20)
    }
    let offset = Int(Self.integer(file, at: 16, bytes: 4))
    guard offset >= Self.size else {
      throw BundleError(.signatureOffset, "the signature is said to start at byte \(offset), inside the header", at: 16)
    }
    // Both are below 2^32 and Int has 64 bits: the sum can't overflow.
    let end = offset + signatureLength
    guard end <= file.count else {
      throw BundleError(
        .signatureBeyondEnd, "the signature is said to end at byte \(end), and the file has \(file.count)", at: 16)
    }
    guard end == file.count else {
      throw BundleError(.trailingBytes, "\(file.count - end) bytes follow the signature", at: end)
    }
    self.init(
      schemaVersion: version, createdAt: Self.integer(file, at: 6, bytes: 8),
      policyCount: UInt16(truncatingIfNeeded: Self.integer(file, at: 14, bytes: 2)), signatureOffset: offset)
  }

  var bytes: [UInt8] {
    var bytes = Self.magic
    Self.append(UInt64(schemaVersion), bytes: 2, to: &bytes)
    Self.append(createdAt, bytes: 8, to: &bytes)
    Self.append(UInt64(policyCount), bytes: 2, to: &bytes)
    Self.append(UInt64(signatureOffset), bytes: 4, to: &bytes)
    Self.append(UInt64(Self.signatureSize), bytes: 4, to: &bytes)
    Self.append(0, bytes: 8, to: &bytes)
    return bytes
  }

  /// Little-endian; the fields are not aligned.
  private static func integer(_ file: Span<UInt8>, at offset: Int, bytes: Int) -> UInt64 {
    var value: UInt64 = 0
    for place in (offset..<offset + bytes).reversed() { value = value << 8 | UInt64(file[place]) }
    return value
  }

  private static func append(_ value: UInt64, bytes count: Int, to bytes: inout [UInt8]) {
    for place in 0..<count { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * UInt64(place)))) }
  }
}

/// A file that has the structure of a bundle. Anybody may have written it.
public struct UnverifiedBundle: Sendable {
  /// Bytes of the largest file (Control Zero 1.13.16).
  public static let maxBytes = 16 << 20
  static let minBytes = BundleHeader.size + BundleHeader.signatureSize

  /// What the file says about itself.
  public let header: BundleHeader

  let file: [UInt8]

  /// Checks the structure: size, magic, reserved bytes, version, signature length and place, in this order.
  ///
  /// - Throws: ``BundleError/Kind/format``.
  public init(parsing file: [UInt8]) throws(BundleError) {
    header = try BundleHeader(of: file.span)
    self.file = file
  }

  /// Bytes of the encrypted payload.
  public var payloadSize: Int { header.signatureOffset - BundleHeader.size }

  /// Checks the signature, which covers every byte before it.
  ///
  /// - Throws: ``BundleError/Kind/verification``.
  public func verified(by key: SigningKey) throws(BundleError) -> VerifiedBundle {
    try Sodium.prepare()
    guard isSigned(by: key) else {
      throw BundleError(
        .signature, "the signature is not by the key \(key)", at: header.signatureOffset)
    }
    return VerifiedBundle(header: header, signer: key, file: file)
  }

  /// Finds the key that signed the bundle, among those in force and those that no longer are:
  /// ``OpenedBundle/accepted(by:at:after:checks:)`` decides whether the signer is still trusted.
  ///
  /// - Throws: ``BundleError/Kind/verification``.
  public func verified(by signers: Signers) throws(BundleError) -> VerifiedBundle {
    try Sodium.prepare()
    for key in signers.all where isSigned(by: key) {
      return VerifiedBundle(header: header, signer: key, file: file)
    }
    throw BundleError(
      .signature,
      signers.all.count == 1
        ? "the signature is not by the key \(signers.primary)"
        : "the signature is by none of the \(signers.all.count) keys of the keys file", at: header.signatureOffset)
  }

  private func isSigned(by key: SigningKey) -> Bool {
    let file = file.span
    return key.isSigner(
      of: file.extracting(0..<header.signatureOffset), signature: file.extracting(header.signatureOffset..<file.count))
  }
}

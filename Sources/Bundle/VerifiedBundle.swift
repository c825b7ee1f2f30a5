package import Wire

/// A bundle whose signature is good. Its payload is still encrypted.
public struct VerifiedBundle: Sendable {
  public let header: BundleHeader
  /// The key that the signature was checked with.
  public let signer: SigningKey

  let file: [UInt8]

  init(header: BundleHeader, signer: SigningKey, file: [UInt8]) {
    self.header = header
    self.signer = signer
    self.file = file
  }

  /// Decrypts, decompresses and reads the payload.
  ///
  /// - Throws: ``BundleError/Kind/tamper`` if the key does not open it, ``BundleError/Kind/format`` if what was signed
  ///   is not a payload, ``BundleError/Kind/unavailable``.
  public func open(with key: borrowing EncryptionKey) throws(BundleError) -> OpenedBundle {
    let frame = try decrypted(with: key)
    let payload = try ZstdFrame.decompressed(frame, limit: OpenedBundle.maxPayloadBytes)
    return OpenedBundle(header: header, signer: signer, payload: try Self.read(payload))
  }

  package func decrypted(with key: borrowing EncryptionKey) throws(BundleError) -> [UInt8] {
    let size = header.signatureOffset - BundleHeader.size
    guard size >= EncryptionKey.overhead else {
      throw BundleError(
        .payloadTooShort, "the payload has \(size) bytes, and nonce and tag alone take \(EncryptionKey.overhead)",
        at: BundleHeader.size)
    }
    guard let frame = try key.opened(file.span.extracting(BundleHeader.size..<header.signatureOffset)) else {
      throw BundleError(
        .authentication, "the signature is good, but the project's encryption key does not open the payload",
        at: BundleHeader.size)
    }
    return frame
  }

  /// Reads JSON as the SDK does: the last of repeated keys counts; `NaN` and half surrogate pairs are accepted.
  package static func read(_ payload: [UInt8]) throws(BundleError) -> JSONDocument {
    var limits = JSONLimits()
    limits.maxBytes = OpenedBundle.maxPayloadBytes
    let document: JSONDocument
    do {
      document = try JSONDocument(parsing: payload[...], options: .python, limits: limits)
    } catch {
      throw BundleError(.json, "the payload is not JSON: \(error.code.rawValue)", at: error.offset)
    }
    guard document.kind(of: document.root) == .object else {
      throw BundleError(.root, "the payload is JSON, but not an object")
    }
    return document
  }
}

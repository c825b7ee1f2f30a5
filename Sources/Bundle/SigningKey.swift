private import CSodium
internal import Digest

/// An Ed25519 public key (RFC 8032) that a bundle's signature is checked with. Not secret.
public struct SigningKey: Hashable, Sendable, CustomStringConvertible {
  /// 32 bytes.
  public let bytes: [UInt8]

  public static let size = 32

  public init(_ bytes: [UInt8]) throws(BundleError) {
    guard bytes.count == Self.size else {
      throw BundleError(.publicKeyLength, "a signing key has \(Self.size) bytes, not \(bytes.count)")
    }
    self.bytes = bytes
  }

  /// - Parameter hexadecimal: 64 digits of either case.
  public init(hexadecimal text: [UInt8]) throws(BundleError) {
    guard let bytes = Sodium.bytes(ofHexadecimal: text, count: Self.size) else {
      throw BundleError(.publicKeyLength, "a signing key is written as \(2 * Self.size) hexadecimal digits")
    }
    self.bytes = bytes
  }

  /// Lower-case hexadecimal digits.
  public var hexadecimal: String { Hexadecimal.text(bytes) }

  public var description: String { hexadecimal }

  /// Whether `signature` is this key's signature of the message.
  func isSigner(of message: Span<UInt8>, signature: Span<UInt8>) -> Bool {
    guard signature.count == BundleHeader.signatureSize else { return false }
    // SAFETY: message, signature and key are read within their counts.
    return unsafe message.withUnsafeBufferPointer { message in
      unsafe signature.withUnsafeBufferPointer { signature in
        guard let start = signature.baseAddress else { return false }
        return unsafe crypto_sign_verify_detached(start, message.baseAddress, UInt64(message.count), bytes) == 0
      }
    }
  }
}

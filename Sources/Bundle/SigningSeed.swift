private import CSodium
internal import Digest

/// An Ed25519 secret key that bundles are signed with, in guarded memory.
public struct SigningSeed: ~Copyable, Sendable {
  public static let size = 32
  private static let secretSize = 64

  /// The key that its signatures are checked with.
  public let publicKey: SigningKey
  /// The seed followed by the public key, as libsodium expects them.
  private let secret: SecretBytes

  /// Copies the bytes; wiping its own copy is up to the caller.
  public init(_ seed: [UInt8]) throws(BundleError) {
    guard seed.count == Self.size else {
      throw BundleError(.keyFile, "a signing seed has \(Self.size) bytes, not \(seed.count)")
    }
    var publicBytes = [UInt8](repeating: 0, count: SigningKey.size)
    let secret = try unsafe Sodium.secret(count: Self.secretSize) { space in
      // SAFETY: both keys have the sizes that the function writes, the seed the one that it reads.
      unsafe crypto_sign_seed_keypair(&publicBytes, space, seed) == 0
    }
    guard let secret else { throw BundleError(.keyFile, "no key can be made of the signing seed") }
    publicKey = try SigningKey(publicBytes)
    self.secret = secret
  }

  /// - Parameter hexadecimal: 64 digits of either case.
  public init(hexadecimal text: [UInt8]) throws(BundleError) {
    guard var seed = Sodium.bytes(ofHexadecimal: text, count: Self.size) else {
      throw BundleError(.keyFile, "a signing seed is written as \(2 * Self.size) hexadecimal digits")
    }
    defer { SecretBytes.wipe(&seed) }
    try self.init(seed)
  }

  /// A new random seed.
  public static func random() throws(BundleError) -> SigningSeed {
    try Sodium.prepare()
    var seed = RandomBytes.array(size)
    defer { SecretBytes.wipe(&seed) }
    return try SigningSeed(seed)
  }

  borrowing func signature(of message: [UInt8]) -> [UInt8] {
    var signature = [UInt8](repeating: 0, count: BundleHeader.signatureSize)
    // SAFETY: the signature has the bytes that are written; the message is read within its count.
    unsafe secret.withPointer { key in
      _ = unsafe crypto_sign_detached(&signature, nil, message, UInt64(message.count), key)
    }
    return signature
  }

  /// The seed's hexadecimal digits, for the author's file.
  borrowing func hexadecimal() -> [UInt8] {
    // The digits and a final zero byte.
    var text = [CChar](repeating: 0, count: 2 * Self.size + 1)
    // SAFETY: the text has room for the digits; the secret is longer than the seed.
    unsafe secret.withPointer { seed in
      _ = unsafe sodium_bin2hex(&text, text.count, seed, Self.size)
    }
    return text.dropLast().map { UInt8(bitPattern: $0) }
  }
}

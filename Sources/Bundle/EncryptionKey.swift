private import CSodium
internal import Digest

/// A project's AES-256-GCM key, in guarded memory. Bundles have no associated data.
public struct EncryptionKey: ~Copyable, Sendable {
  public static let size = 32
  static let nonceSize = 12
  static let tagSize = 16
  /// How many bytes longer a sealed text is than the plain one.
  static let overhead = nonceSize + tagSize

  private let secret: SecretBytes

  /// Copies the key; wiping its own copy is up to the caller.
  ///
  /// - Parameter base64: in the standard alphabet, with padding and nothing else.
  public init(base64: [UInt8]) throws(BundleError) {
    let secret = try unsafe Sodium.secret(count: Self.size) { space in
      var written = 0
      // SAFETY: the text is read, and the secret is written, within its count.
      let status = unsafe base64.withUnsafeBytes { text in
        guard let start = text.baseAddress else { return Int32(-1) }
        return unsafe sodium_base642bin(
          space, Self.size, start.assumingMemoryBound(to: CChar.self), text.count, nil, &written, nil,
          sodium_base64_VARIANT_ORIGINAL)
      }
      return status == 0 && written == Self.size
    }
    guard let secret else { throw Self.unusable }
    self.secret = secret
  }

  init(copying other: borrowing EncryptionKey) throws(BundleError) {
    let secret = try unsafe Sodium.secret(count: Self.size) { space in
      unsafe other.secret.withPointer { key in unsafe space.update(from: key, count: Self.size) }
      return true
    }
    guard let secret else { throw Self.unusable }
    self.secret = secret
  }

  /// A new key.
  public static func random() throws(BundleError) -> EncryptionKey {
    let secret = try unsafe Sodium.secret(count: size) { space in
      unsafe randombytes_buf(space, size)
      return true
    }
    guard let secret else { throw unusable }
    return EncryptionKey(secret)
  }

  private init(_ secret: consuming SecretBytes) { self.secret = secret }

  private static var unusable: BundleError {
    BundleError(.encryptionKeyLength, "an encryption key is the standard base64 of \(size) bytes")
  }

  /// The standard base64 of the key, for a file of keys.
  var base64: [UInt8] {
    // The digits and a final zero byte.
    var text = [CChar](repeating: 0, count: 45)
    // SAFETY: 45 bytes hold the base64 of 32 bytes.
    unsafe secret.withPointer { key in
      _ = unsafe sodium_bin2base64(&text, text.count, key, Self.size, sodium_base64_VARIANT_ORIGINAL)
    }
    return text.dropLast().map { UInt8(bitPattern: $0) }
  }

  /// Decrypts nonce, ciphertext and tag; nil if the tag was not made with this key.
  ///
  /// - Parameter sealed: at least ``overhead`` bytes.
  borrowing func opened(_ sealed: Span<UInt8>) throws(BundleError) -> [UInt8]? {
    try Sodium.prepareAES()
    guard sealed.count >= Self.overhead else { return nil }
    var isAuthentic = false
    // With a capacity of 0, this would be the empty array that all threads share, and the standard library would write
    // its count.
    let capacity = max(1, sealed.count - Self.overhead)
    let text = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { space, count in
      // SAFETY: the plain text takes all of the space; nonce, ciphertext and tag are read within the span.
      unsafe sealed.withUnsafeBufferPointer { sealed in
        guard let nonce = sealed.baseAddress else { return }
        unsafe secret.withPointer { key in
          isAuthentic =
            unsafe crypto_aead_aes256gcm_decrypt(
              space.baseAddress, nil, nil, nonce + Self.nonceSize, UInt64(sealed.count - Self.nonceSize), nil, 0, nonce,
              key) == 0
        }
      }
      // On failure the space was wiped or never written: nothing of it is given out.
      count = isAuthentic ? sealed.count - Self.overhead : 0
    }
    return isAuthentic ? text : nil
  }

  /// Nonce, ciphertext and tag.
  ///
  /// - Parameter nonce: 12 bytes that are never used with this key again.
  borrowing func sealed(_ text: [UInt8], nonce: [UInt8]) throws(BundleError) -> [UInt8] {
    try Sodium.prepareAES()
    precondition(nonce.count == Self.nonceSize)
    var body = [UInt8](repeating: 0, count: text.count + Self.tagSize)
    // SAFETY: ciphertext and tag take all of the body.
    unsafe secret.withPointer { key in
      _ = unsafe crypto_aead_aes256gcm_encrypt(&body, nil, text, UInt64(text.count), nil, 0, nil, nonce, key)
    }
    return nonce + body
  }
}

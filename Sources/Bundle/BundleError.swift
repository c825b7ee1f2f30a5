/// Why a bundle, a key or the memory of accepted bundles can't be used.
public struct BundleError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The class of a failure: what a program branches on. `rawValue` is what commands print.
  public enum Kind: String, Sendable, CaseIterable {
    /// Not a bundle, or one that is damaged: nothing in it can be relied on.
    case format
    /// The signature is by none of the trusted keys (Control Zero's `BundleVerificationError`).
    case verification
    /// A good signature over a payload that the project's key does not open.
    case tamper
    case expired
    case rollback
    case project
    /// A key, or a file of keys, that can't be used; a signer that is trusted no longer.
    case key
    /// The file can't be read, or this machine can't do what is needed.
    case unavailable
  }

  /// The class that Control Zero's SDK (1.13.16) gives a failure.
  public enum SDKClass: String, Sendable {
    case format = "BundleFormatError"
    case verification = "BundleVerificationError"
  }

  /// Which check failed. New codes may be added.
  public enum Code: String, Sendable, CaseIterable {
    case fileTooLarge, fileTooShort, magic, reserved, schemaVersion, signatureLength, signatureOffset
    case signatureBeyondEnd, trailingBytes, payloadTooShort, compression, decompressedTooLarge, json, root, expiry
    case publicKeyLength, encryptionKeyLength, keyFile, authorFile, unreadableKeys, retiredSigner
    case signature
    case authentication
    case expired
    case rollback, memory
    case otherProject
    case unreadable, unavailable
  }

  public let code: Code

  /// What is wrong, with the numbers; lower case, one line, no final period.
  public let reason: String

  /// The offset of the byte at fault, from 0: in the file, or in the payload or the keys file if `reason` says so.
  public let offset: Int?

  public init(_ code: Code, _ reason: String, at offset: Int? = nil) {
    self.code = code
    self.reason = reason
    self.offset = offset
  }

  public var kind: Kind {
    switch code {
    case .fileTooLarge, .fileTooShort, .magic, .reserved, .schemaVersion, .signatureLength, .signatureOffset,
      .signatureBeyondEnd, .trailingBytes, .payloadTooShort, .compression, .decompressedTooLarge, .json, .root,
      .expiry:
      .format
    case .signature: .verification
    case .authentication: .tamper
    case .expired: .expired
    case .rollback, .memory: .rollback
    case .otherProject: .project
    case .publicKeyLength, .encryptionKeyLength, .keyFile, .authorFile, .unreadableKeys, .retiredSigner: .key
    case .unreadable, .unavailable: .unavailable
    }
  }

  /// Nil for what the SDK does not check.
  public var sdkClass: SDKClass? {
    switch code {
    case .signature, .authentication, .publicKeyLength, .encryptionKeyLength, .decompressedTooLarge: .verification
    case .expiry: nil
    default: kind == .format ? .format : nil
    }
  }

  public var description: String {
    "\(reason)\(offset.map { " (byte \($0))" } ?? ""); \(advice)"
  }
}

import Digest
import Foundation
import Testing
import Wire

@testable import Bundle

/// Every bundle of the manifest is accepted, or refused with the same class, as by the SDK.
struct FixtureTests {
  @Test func `the manifest is there`() {
    #expect(Fixtures.rows.count >= 44)
  }

  @Test(arguments: Fixtures.rows)
  func `a fixture is taken or refused as by the SDK`(row: Fixtures.Row) throws {
    let file = try row.bytes()
    if row.expected == "OK" {
      let opened = try Fixtures.opened(file)
      #expect(SHA256.hexadecimal(of: opened.payload.bytes.span) == row.sha256)
      #expect(opened.header.createdAt == row.createdAt)
      #expect(Int(opened.header.policyCount) == row.policyCount)
      #expect(opened.signer == (try Fixtures.signingKey()))
      return
    }
    let error = try #require(refusal { _ = try Fixtures.opened(file) })
    // The SDK passes the decompressor's own error on to its callers; it counts as an error of format.
    let expected = row.expected.hasPrefix("untyped") ? "BundleFormatError" : row.expected
    #expect(error.sdkClass?.rawValue == expected, "\(error)")
    #expect(!error.advice.isEmpty)
  }

  /// The error class and the failed check for some of the fixtures.
  @Test(arguments: [
    ("tampered_payload", BundleError.Kind.verification, BundleError.Code.signature),
    ("wrong_signer", .verification, .signature),
    ("wrong_key", .tamper, .authentication),
    ("with_aad", .tamper, .authentication),
    ("payload_28_signed", .tamper, .authentication),
    ("zip_bomb", .format, .decompressedTooLarge),
    ("not_zstd", .format, .compression),
    ("zstd_window_28", .format, .compression),
    ("json_bom", .format, .json),
    ("json_null", .format, .root),
    ("bad_magic", .format, .magic),
    ("sig_offset_huge", .format, .signatureBeyondEnd),
    ("sig_offset_minus1", .format, .trailingBytes),
  ])
  func `a refusal names the check`(name: String, kind: BundleError.Kind, code: BundleError.Code) throws {
    let error = try #require(refusal { _ = try Fixtures.opened(try Fixtures.bytes("\(name).czpolicy")) })
    #expect(error.kind == kind)
    #expect(error.code == code)
  }

  // MARK: Keys

  @Test func `a signing key of 31 bytes is refused as by the SDK`() throws {
    let bytes = try Fixtures.hex("signing_pubkey_hex").dropLast()
    #expect(refusal { _ = try SigningKey(Array(bytes)) }?.sdkClass == .verification)
  }

  @Test func `an encryption key of 16 bytes is refused as by the SDK`() throws {
    let base64 = Array(Data(try Fixtures.hex("encryption_key_hex").prefix(16)).base64EncodedData())
    #expect(refusal { _ = try EncryptionKey(base64: base64) }?.sdkClass == .verification)
  }

  @Test func `another signing key does not verify, another encryption key does not open`() throws {
    let bundle = try UnverifiedBundle(parsing: try Fixtures.bytes("valid.czpolicy"))
    let other = try SigningKey(try Fixtures.hex("other_signing_pubkey_hex"))
    #expect(refusal { _ = try bundle.verified(by: other) }?.kind == .verification)
    let verified = try bundle.verified(by: try Fixtures.signingKey())
    let otherKey = try Fixtures.encryptionKey("other_encryption_key_hex")
    let error = refusal { _ = try verified.open(with: otherKey) }
    #expect(error?.kind == .tamper)
    #expect(error?.sdkClass == .verification)
  }

  @Test func `a file of more than 16 MiB is refused before anything of it is read`() {
    let file = Array("CZ01".utf8) + [UInt8](repeating: 0, count: 16 << 20)
    #expect(refusal { _ = try UnverifiedBundle(parsing: file) }?.code == .fileTooLarge)
  }
}

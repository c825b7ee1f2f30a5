import Foundation
import Testing

@testable import Bundle

struct KeyFileTests {
  private static let base64 = "VlC7MHoAYcTgo8ZMwd8JdIFI7QbI2NERDysVPt1aogE="
  private static let hexadecimal = "38f57c1def544e2c4952dd24a3fe087e48ca882e9196d824059b349569d277dc"
  private static let other = "55dc0b66747fd1ec02cb43eac2f2015159ec97ed1f35b9e3641433f31edbfc6d"

  /// A good file, with some members replaced or added; nil takes one out.
  private static func file(_ changes: (String, String?)...) -> [UInt8] {
    var members = [
      ("project_id", "\"prj_1\""), ("org_id", "\"org\""), ("project_encryption_key_b64", "\"\(base64)\""),
      ("signing_pubkey_hex", "\"\(hexadecimal)\""), ("key_version", "3"),
    ]
    for (name, value) in changes {
      members.removeAll { $0.0 == name }
      if let value { members.append((name, value)) }
    }
    return Array(("{" + members.map { "\"\($0.0)\": \($0.1)" }.joined(separator: ", ") + "}\n").utf8)
  }

  @Test func `the service's own answer is a keys file`() throws {
    let keys = try Fixtures.keys()
    #expect(keys.projectID == "prj_fixture")
    #expect(keys.organisationID == "org_fixture")
    #expect(keys.keyVersion == 1)
    #expect(keys.signers.primary == (try Fixtures.signingKey()))
    #expect(keys.signers.entries.count == 1)
  }

  @Test func `what is not known is left alone, what is optional may be missing`() throws {
    let keys = try BundleKeys(
      parsing: Self.file(
        ("org_id", nil), ("key_version", nil), ("algorithm", "\"ed25519\""), ("signing_pubkey_pem", "{}"),
        ("signing_pubkey_hex", "\"\(Self.hexadecimal.uppercased())\"")))
    #expect(keys.organisationID == "")
    #expect(keys.keyVersion == 1)
    #expect(keys.signers.primary.hexadecimal == Self.hexadecimal)
  }

  @Test(arguments: [
    (file(("project_id", nil)), "project_id"),
    (file(("project_id", "\"\"")), "project_id"),
    (file(("project_id", "7")), "project_id"),
    (file(("org_id", "null")), "org_id"),
    (file(("key_version", "\"1\"")), "key_version"),
    (file(("key_version", "1.0")), "key_version"),
    (file(("key_version", "-1")), "key_version"),
    (file(("key_version", "99999999999999999999")), "key_version"),
    (file(("project_encryption_key_b64", nil)), "project_encryption_key_b64"),
    (file(("project_encryption_key_b64", "\"\"")), "project_encryption_key_b64"),
    (file(("project_encryption_key_b64", "\"\(base64.dropLast())\"")), "project_encryption_key_b64"),
    (file(("project_encryption_key_b64", "\"\(base64)=\"")), "project_encryption_key_b64"),
    (file(("project_encryption_key_b64", "\" \(base64)\"")), "project_encryption_key_b64"),
    (file(("project_encryption_key_b64", "\"AAAA\"")), "project_encryption_key_b64"),
    (
      file(("project_encryption_key_b64", "\"\(base64.replacing("+", with: "-").replacing("A", with: "_"))\"")),
      "project_encryption_key_b64"
    ),
    (file(("project_encryption_key_b64", "\"\(base64.dropLast(2))F=\"")), "project_encryption_key_b64"),
    (file(("signing_pubkey_hex", nil)), "signing_pubkey_hex"),
    (file(("signing_pubkey_hex", "\"\(hexadecimal.dropLast(2))\"")), "signing_pubkey_hex"),
    (file(("signing_pubkey_hex", "\"\(hexadecimal)00\"")), "signing_pubkey_hex"),
    (file(("signing_pubkey_hex", "\"\(hexadecimal.dropLast())g\"")), "signing_pubkey_hex"),
    (file(("signing_pubkey_hex", "\"\(hexadecimal.dropLast(2)) 7\"")), "signing_pubkey_hex"),
    (file(("signing_keys", "{}")), "signing_keys"),
    (file(("signing_keys", "[\"\(other)\"]")), "signing_keys"),
    (file(("signing_keys", "[{}]")), "pubkey_hex"),
    (file(("signing_keys", "[{\"pubkey_hex\": \"x\"}]")), "pubkey_hex"),
    (file(("signing_keys", "[{\"pubkey_hex\": \"\(other)\"}, {\"pubkey_hex\": \"\(other)\"}]")), "signing_keys"),
    (file(("signing_keys", "[{\"pubkey_hex\": \"\(other)\", \"not_before\": \"soon\"}]")), "not_before"),
    (file(("signing_keys", "[{\"pubkey_hex\": \"\(other)\", \"not_after\": 1.5}]")), "not_after"),
    (file(("signing_keys", "[{\"pubkey_hex\": \"\(other)\", \"not_before\": 9, \"not_after\": 9}]")), "not_after"),
    (file(("signing_keys", "[" + [String](repeating: "{}", count: 17).joined(separator: ",") + "]")), "signing_keys"),
    (file(("revoked_signing_keys", "\"\(other)\"")), "revoked_signing_keys"),
    (file(("revoked_signing_keys", "[7]")), "revoked_signing_keys"),
    (file(("revoked_signing_keys", "[\"\(other)0\"]")), "revoked_signing_keys"),
    (file(("signing_seed_hex", "\"\(other)\"")), "signing_seed_hex"),
  ])
  func `a keys file that is wrong is refused by the member's name`(file: [UInt8], member: String) throws {
    let error = try #require(refusal { _ = try BundleKeys(parsing: file) })
    #expect(error.kind == .key)
    #expect(error.reason.contains("`\(member)`"), "\(error)")
    #expect(!error.description.contains(Self.base64.prefix(12)))
  }

  @Test(arguments: [
    "", "[]", "null", "{", "{} {}", "\u{feff}{}",
    "{\"project_id\": \"a\", \"project_id\": \"b\"}",
  ])
  func `what is no JSON object, or holds a member twice, is refused`(text: String) {
    #expect(refusal { _ = try BundleKeys(parsing: Array(text.utf8)) }?.code == .keyFile)
  }

  @Test func `further keys, their times, and revoked ones are read`() throws {
    let keys = try BundleKeys(
      parsing: Self.file(
        (
          "signing_keys",
          "[{\"pubkey_hex\": \"\(Self.other)\", \"not_before\": \"2026-01-01T00:00:00Z\", \"not_after\": 1800000000}]"
        ), ("revoked_signing_keys", "[\"\(Self.hexadecimal)\", \"\(Self.hexadecimal)\"]")))
    let (primary, other) = (keys.signers.primary, try SigningKey(hexadecimal: Array(Self.other.utf8)))
    #expect(keys.signers.standing(of: primary, at: 1_770_000_000) == .revoked)
    #expect(keys.signers.standing(of: other, at: 1_767_225_599) == .early(1_767_225_600))
    #expect(keys.signers.standing(of: other, at: 1_767_225_600) == .trusted)
    #expect(keys.signers.standing(of: other, at: 1_799_999_999) == .trusted)
    #expect(keys.signers.standing(of: other, at: 1_800_000_000) == .late(1_800_000_000))
    #expect(keys.signers.all == [other, primary])
  }

  @Test func `a time for the service's own key holds for it`() throws {
    let keys = try BundleKeys(
      parsing: Self.file(("signing_keys", "[{\"pubkey_hex\": \"\(Self.hexadecimal)\", \"not_after\": 10}]")))
    #expect(keys.signers.entries.count == 1)
    #expect(keys.signers.standing(of: keys.signers.primary, at: 10) == .late(10))
  }

  @Test func `what is written is read again`() throws {
    let made = try AuthorKeys.random(projectID: "prj \"ü\"", organisationID: "o")
    let read = try AuthorKeys(parsing: made.json())
    #expect(read.json() == made.json())
    #expect(refusal { _ = try BundleKeys(parsing: made.json()) }?.kind == .key)
    let keys = try BundleKeys(parsing: made.keys.json())
    #expect(keys.projectID == "prj \"ü\"")
    #expect(refusal { _ = try AuthorKeys(parsing: made.keys.json()) }?.kind == .key)
    let next = try made.successor(oldKeyUntil: 99)
    #expect(try AuthorKeys(parsing: next.json()).json() == next.json())
    #expect(next.keys.encryptionKey.base64 == made.keys.encryptionKey.base64)
    #expect(next.keys.signers.standing(of: made.keys.signers.primary, at: 98) == .trusted)
    #expect(next.keys.signers.standing(of: made.keys.signers.primary, at: 99) == .late(99))
  }

  @Test func `a seed that is not that of the public key is refused`() throws {
    let file = Self.file(("signing_seed_hex", "\"\(Self.other)\""))
    #expect(refusal { _ = try AuthorKeys(parsing: file) }?.reason.contains("signing_pubkey_hex") == true)
  }

  #if os(Linux)
    /// A key that can't be read frees its guarded memory, and so does one that is no longer used.
    @Test func `keys leave no memory behind`() throws {
      func mappings() -> Int {
        String(decoding: FileManager.default.contents(atPath: "/proc/self/maps") ?? Data(), as: UTF8.self)
          .split(separator: "\n").count
      }
      _ = try EncryptionKey.random()
      let before = mappings()
      for _ in 0..<2000 {
        #expect(refusal { _ = try EncryptionKey(base64: Array("AAAA".utf8)) } != nil)
        _ = try EncryptionKey.random()
      }
      #expect(mappings() - before < 1000)
    }
  #endif
}

import Testing

@testable import Bundle

/// Whether a good bundle may be used now: the checks beyond the SDK's, and the switch for each.
struct AcceptanceTests {
  private static let made: UInt64 = 1_767_225_600
  private static let now: Int64 = 1_767_312_000

  /// The same keys, with more of the members that czproxy adds.
  private static func keys(_ members: String = "") throws -> BundleKeys {
    var json = try Fixtures.bytes("keys.json")
    let end = try #require(json.lastIndex(of: UInt8(ascii: "}")))
    json.replaceSubrange(end..., with: Array("\(members)}".utf8))
    return try BundleKeys(parsing: json)
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    var payload = #"{"project_id":"prj_fixture","policies":[]}"#
    var keys = ""
    var now = AcceptanceTests.now
    /// When the newest accepted bundle was made, and whether by the other key; nil for none.
    var newest: (made: UInt64, byOther: Bool)?
    /// The kind of the refusal; nil if the bundle is accepted.
    let refused: BundleError.Kind?
    /// The check that must be off for the bundle to be accepted.
    var check: AcceptanceChecks = []

    var testDescription: String { name }
  }

  private static let signer = "38f57c1def544e2c4952dd24a3fe087e48ca882e9196d824059b349569d277dc"
  private static let other = "55dc0b66747fd1ec02cb43eac2f2015159ec97ed1f35b9e3641433f31edbfc6d"

  private static func expiring(_ value: String) -> String { #"{"project_id":"prj_fixture","expires_at":\#(value)}"# }

  static let cases: [Case] = [
    Case(name: "plain", refused: nil),
    // Expiry.
    Case(name: "expires later", payload: expiring(#""2026-01-02T00:00:01Z""#), refused: nil),
    Case(name: "expires now", payload: expiring(#""2026-01-02T00:00:00Z""#), refused: .expired, check: .expiry),
    Case(name: "expired", payload: expiring(#""2020-02-01T00:00:00Z""#), refused: .expired, check: .expiry),
    Case(
      name: "expires later by its offset", payload: expiring(#""2026-01-01T23:00:01-01:00""#), refused: nil),
    Case(
      name: "expired by its offset", payload: expiring(#""2026-01-02T00:59:59+01:00""#), refused: .expired,
      check: .expiry),
    Case(name: "never expires: null", payload: expiring("null"), refused: nil),
    Case(name: "never expires: empty", payload: expiring(#""""#), refused: nil),
    Case(name: "expires who knows when", payload: expiring(#""2027-01-01""#), refused: .format, check: .expiry),
    Case(name: "expires as a number", payload: expiring("1900000000"), refused: .format, check: .expiry),
    Case(
      name: "expires twice: the last counts",
      payload: #"{"expires_at":"2099-01-01T00:00:00Z","expires_at":"2020-01-01T00:00:00Z"}"#, refused: .expired,
      check: .expiry),
    // Project.
    Case(name: "another project", payload: #"{"project_id":"prj_other"}"#, refused: .project, check: .project),
    Case(name: "a longer name", payload: #"{"project_id":"prj_fixture2"}"#, refused: .project, check: .project),
    Case(
      name: "a project that is no text", payload: #"{"project_id":["prj_fixture"]}"#, refused: .project, check: .project
    ),
    Case(name: "no project", payload: "{}", refused: nil),
    Case(name: "an empty project", payload: #"{"project_id":""}"#, refused: nil),
    Case(name: "a project of null", payload: #"{"project_id":null}"#, refused: nil),
    Case(name: "an escaped project", payload: #"{"project_id":"prj\u005ffixture"}"#, refused: nil),
    // Rollback.
    Case(name: "the same again", newest: (made, false), refused: nil),
    Case(name: "a newer one", newest: (made - 1, false), refused: nil),
    Case(name: "an older one", newest: (made + 1, false), refused: .rollback, check: .rollback),
    Case(name: "much older", newest: (.max, false), refused: .rollback, check: .rollback),
    Case(
      name: "older than one by a key that is trusted too", keys: #","signing_keys":[{"pubkey_hex":"\#(other)"}]"#,
      newest: (made + 1, true), refused: .rollback, check: .rollback),
    Case(
      name: "older than one by a key that was revoked since", keys: #","revoked_signing_keys":["\#(other)"]"#,
      newest: (made + 1, true), refused: nil),
    Case(name: "older than one by a key that is unknown now", newest: (made + 1, true), refused: nil),
    // Signer.
    Case(name: "revoked", keys: #","revoked_signing_keys":["\#(signer)"]"#, refused: .key, check: .signer),
    Case(
      name: "replaced, still in force", keys: #","signing_keys":[{"pubkey_hex":"\#(signer)","not_after":\#(now + 1)}]"#,
      refused: nil),
    Case(
      name: "replaced, no longer in force",
      keys: #","signing_keys":[{"pubkey_hex":"\#(signer)","not_after":\#(now)}]"#, refused: .key, check: .signer),
    Case(
      name: "not yet in force", keys: #","signing_keys":[{"pubkey_hex":"\#(signer)","not_before":\#(now + 1)}]"#,
      refused: .key, check: .signer),
    // The first that fails is named.
    Case(
      name: "of another project and expired",
      payload: #"{"project_id":"x","expires_at":"2020-01-01T00:00:00Z"}"#, refused: .project),
  ]

  @Test(arguments: cases)
  func `a bundle is accepted or refused`(row: Case) throws {
    let keys = try Self.keys(row.keys)
    let file = try Fixtures.packed(row.payload, createdAt: Self.made)
    var memory = AcceptedBundles()
    if let newest = row.newest {
      let key = newest.byOther ? Self.other : Self.signer
      memory = try AcceptedBundles(
        parsing: Array(
          #"{"version":1,"accepted":[{"project_id":"prj_fixture","signing_pubkey_hex":"\#(key)","created_at":\#(newest.made)}]}"#
            .utf8))
    }
    let error = refusal { _ = try keys.accept(file, at: row.now, after: memory) }
    #expect(error?.kind == row.refused, "\(error as Any)")
    #expect(error?.sdkClass == nil)
    // The SDK accepts every one of these bundles, and so does a proxy with the one check switched off.
    _ = try keys.accept(file, at: row.now, after: memory, checks: [])
    if row.check != [] {
      _ = try keys.accept(file, at: row.now, after: memory, checks: .strict.subtracting(row.check))
      #expect(refusal { _ = try keys.accept(file, at: row.now, after: memory, checks: row.check) }?.kind == row.refused)
    }
  }

  @Test func `an accepted bundle says when it ends`() throws {
    let keys = try Self.keys()
    let file = try Fixtures.packed(Self.expiring(#""2026-01-02T00:00:01Z""#))
    let accepted = try keys.accept(file, at: Self.now, after: AcceptedBundles())
    #expect(accepted.expiresAt == Self.now + 1)
    #expect(accepted.projectID == "prj_fixture")
    let lax = try keys.accept(file, at: Self.now, after: AcceptedBundles(), checks: .strict.subtracting(.expiry))
    #expect(lax.expiresAt == nil)
  }

  @Test func `a bundle by a successor's key is verified by it, and one by a stranger by none`() throws {
    let author = try Fixtures.author()
    let next = try author.successor(oldKeyUntil: nil)
    let payload = Array(#"{"project_id":"prj_fixture"}"#.utf8)
    let old = try BundlePacker.pack(payload: payload, createdAt: 5, policyCount: 0, author: author)
    let new = try BundlePacker.pack(payload: payload, createdAt: 6, policyCount: 0, author: next)
    let accepted = try next.keys.accept(new, at: 10, after: AcceptedBundles())
    #expect(accepted.signer == next.keys.signers.primary)
    #expect(refusal { _ = try author.keys.accept(new, at: 10, after: AcceptedBundles()) }?.kind == .verification)
    // The old key stays valid, but not for an older bundle.
    _ = try next.keys.accept(old, at: 10, after: AcceptedBundles())
    let memory = try AcceptedBundles().remembering(accepted)
    #expect(refusal { _ = try next.keys.accept(old, at: 10, after: memory) }?.kind == .rollback)
  }
}

import Wire

/// The keys of the author of a project's bundles: the signing seed, and the keys that proxies get.
///
/// The author's file is a keys file with one more member, `signing_seed_hex`. Whoever has it can sign any policy.
public struct AuthorKeys: ~Copyable, Sendable {
  static let seedMember: StaticString = "signing_seed_hex"

  public let seed: SigningSeed
  /// The keys that proxies get.
  public let keys: BundleKeys

  /// New keys for a project.
  public static func random(projectID: String, organisationID: String = "") throws(BundleError) -> AuthorKeys {
    let seed = try SigningSeed.random()
    let keys = BundleKeys(
      projectID: projectID, organisationID: organisationID, signers: Signers(primary: seed.publicKey),
      encryptionKey: try .random())
    return AuthorKeys(seed: seed, keys: keys)
  }

  /// The keys of the same project with a new signing key. The old key stays in force until `end`, so that proxies can
  /// get the new file before the first bundle that needs it.
  ///
  /// - Parameter end: UNIX seconds; nil for no end.
  public borrowing func successor(oldKeyUntil end: Int64?) throws(BundleError) -> AuthorKeys {
    let seed = try SigningSeed.random()
    let old = keys.signers.entries.map {
      Signers.Entry(key: $0.key, notBefore: $0.notBefore, notAfter: $0.key == keys.signers.primary ? end : $0.notAfter)
    }
    let signers = Signers(primary: seed.publicKey, entries: old, revoked: keys.signers.revoked)
    guard signers.entries.count <= Signers.maxEntries else {
      throw BundleError(.keyFile, "`signing_keys` would hold more than \(Signers.maxEntries) keys: take out old ones")
    }
    let encryptionKey = try EncryptionKey(copying: keys.encryptionKey)
    return AuthorKeys(
      seed: seed,
      keys: BundleKeys(
        projectID: keys.projectID, organisationID: keys.organisationID, keyVersion: min(keys.keyVersion, .max - 1) + 1,
        signers: signers, encryptionKey: encryptionKey))
  }

  private init(seed: consuming SigningSeed, keys: consuming BundleKeys) {
    self.seed = seed
    self.keys = keys
  }

  /// - Throws: ``BundleError/Kind/key``, also for a seed that does not belong to `signing_pubkey_hex`.
  public init(parsing json: [UInt8]) throws(BundleError) {
    let reader = try KeyFileReader(json, isAuthors: true)
    guard let text = try reader.text(Self.seedMember) else {
      throw BundleError(.keyFile, "`\(Self.seedMember)` is missing: this is no author's file")
    }
    let seed: SigningSeed
    do throws(BundleError) {
      seed = try SigningSeed(hexadecimal: text)
    } catch {
      throw error.naming("\(Self.seedMember)")
    }
    let keys = try BundleKeys(reader)
    guard keys.signers.primary == seed.publicKey else {
      throw BundleError(.keyFile, "`signing_pubkey_hex` is not the key of `\(Self.seedMember)`")
    }
    self.init(seed: seed, keys: keys)
  }

  /// The content of the author's file.
  public borrowing func json() -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    keys.writeMembers(to: &writer)
    writer.string(Self.seedMember, bytes: seed.hexadecimal())
    writer.endObject()
    return writer.bytes + [0x0a]
  }
}

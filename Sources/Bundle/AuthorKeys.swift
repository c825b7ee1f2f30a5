import Wire

/// What the author of a project's bundles has: the signing seed, and the keys that proxies get.
///
/// The file is a file of keys with one member more, `signing_seed_hex`. Who has it can sign any policy.
public struct AuthorKeys: ~Copyable, Sendable {
  static let seedMember: StaticString = "signing_seed_hex"

  public let seed: SigningSeed
  /// For proxies.
  public let keys: BundleKeys

  /// New keys for a project.
  public static func random(projectID: String, organisationID: String = "") throws(BundleError) -> AuthorKeys {
    let seed = try SigningSeed.random()
    let keys = BundleKeys(
      projectID: projectID, organisationID: organisationID, signers: Signers(primary: seed.publicKey),
      encryptionKey: try .random())
    return AuthorKeys(seed: seed, keys: keys)
  }

  /// The keys of the same project with a new signing key. The old one counts on, until `end`, so that proxies can be
  /// given the new file before the first bundle that needs it.
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

  /// - Throws: ``BundleError/Kind/key``, also for a seed that is not that of `signing_pubkey_hex`.
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

  /// Writes the file.
  public borrowing func json() -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    keys.writeMembers(to: &writer)
    writer.key(Self.seedMember)
    writer.string(bytes: seed.hexadecimal())
    writer.endObject()
    return writer.bytes + [0x0a]
  }
}

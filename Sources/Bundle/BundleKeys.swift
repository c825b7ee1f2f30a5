import Wire

/// What a proxy needs to read a project's bundles: whose signatures count, and the key that the payload is sealed with.
///
/// The file has the shape of the service's bootstrap answer; the members that czproxy adds are optional:
///
///     {"project_id": "prj_1", "org_id": "", "project_encryption_key_b64": "…", "signing_pubkey_hex": "…",
///      "key_version": 1,
///      "signing_keys": [{"pubkey_hex": "…", "not_before": "2026-01-01T00:00:00Z", "not_after": 1798761600}],
///      "revoked_signing_keys": ["…"]}
public struct BundleKeys: ~Copyable, Sendable {
  public let projectID: String
  /// Empty for none.
  public let organisationID: String
  public let keyVersion: Int
  public let signers: Signers
  public let encryptionKey: EncryptionKey

  /// Bytes of the largest file.
  public static let maxBytes = 256 << 10

  public init(
    projectID: String, organisationID: String = "", keyVersion: Int = 1, signers: Signers,
    encryptionKey: consuming EncryptionKey
  ) {
    self.projectID = projectID
    self.organisationID = organisationID
    self.keyVersion = keyVersion
    self.signers = signers
    self.encryptionKey = encryptionKey
  }

  /// Reads a keys file. Unknown members are ignored; a repeated one is refused.
  ///
  /// - Throws: ``BundleError/Kind/key``; the reason names the member and never holds a key.
  public init(parsing json: [UInt8]) throws(BundleError) {
    try self.init(KeyFileReader(json))
  }

  init(_ reader: borrowing KeyFileReader) throws(BundleError) {
    // Whoever has the seed can sign a policy, so it does not belong beside a proxy.
    guard !reader.has(AuthorKeys.seedMember) || reader.isAuthors else {
      throw BundleError(
        .keyFile, "this is the file of an author: `signing_seed_hex` must not be given to proxies")
    }
    let projectID = try reader.text("project_id")
    guard let projectID, !projectID.isEmpty else {
      throw BundleError(.keyFile, "`project_id` must be a string that is not empty")
    }
    let organisationID = try reader.text("org_id") ?? []
    let keyVersion = try reader.integer("key_version").map(Int.init) ?? 1
    let signers = Signers(
      primary: try reader.key("signing_pubkey_hex"), entries: try reader.entries(), revoked: try reader.revoked())
    self.init(
      projectID: String(decoding: projectID, as: UTF8.self),
      organisationID: String(decoding: organisationID, as: UTF8.self), keyVersion: keyVersion, signers: signers,
      encryptionKey: try reader.encryptionKey("project_encryption_key_b64"))
  }

  /// Turns the bytes of a file into a bundle to enforce, with every check of this module, in order.
  ///
  /// - Parameters:
  ///   - now: UNIX seconds.
  ///   - memory: what was accepted before.
  ///   - checks: those beyond the SDK's.
  public borrowing func accept(
    _ file: [UInt8], at now: Int64, after memory: AcceptedBundles, checks: AcceptanceChecks = .strict
  ) throws(BundleError) -> AcceptedBundle {
    let opened = try UnverifiedBundle(parsing: file).verified(by: signers).open(with: encryptionKey)
    return try opened.accepted(by: self, at: now, after: memory, checks: checks)
  }

  /// The content of the keys file.
  public borrowing func json() -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writeMembers(to: &writer)
    writer.endObject()
    return writer.bytes + [0x0a]
  }

  borrowing func writeMembers(to writer: inout JSONWriter) {
    writer.string("project_id", projectID)
    writer.string("org_id", organisationID)
    writer.string("project_encryption_key_b64", bytes: encryptionKey.base64)
    writer.string("signing_pubkey_hex", signers.primary.hexadecimal)
    writer.integer("key_version", keyVersion)
    if signers.entries != [Signers.Entry(key: signers.primary)] {
      writer.beginArray("signing_keys")
      for entry in signers.entries {
        writer.beginObject()
        writer.string("pubkey_hex", entry.key.hexadecimal)
        if let start = entry.notBefore { writer.integer("not_before", start) }
        if let end = entry.notAfter { writer.integer("not_after", end) }
        writer.endObject()
      }
      writer.endArray()
    }
    if !signers.revoked.isEmpty {
      writer.beginArray("revoked_signing_keys")
      for key in signers.revoked { writer.string(key.hexadecimal) }
      writer.endArray()
    }
  }
}

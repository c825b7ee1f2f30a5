import Wire

/// The memory of accepted bundles: the time of the newest one for each project and signing key. A value;
/// ``AcceptedBundlesFile`` stores it.
///
///     {"version": 1, "accepted": [{"project_id": "prj_1", "signing_pubkey_hex": "…", "created_at": 1767225600}]}
public struct AcceptedBundles: Sendable, Equatable {
  private struct Origin: Hashable {
    let projectID: [UInt8]
    let signer: SigningKey
  }

  private var newest: [Origin: UInt64] = [:]

  /// Bytes of the largest file.
  static let maxBytes = 1 << 20
  private static let maxEntries = 1024

  /// The memory before any bundle is accepted.
  public init() {}

  /// When the newest accepted bundle was made, in UNIX seconds by its header; nil for none.
  public func newest(of projectID: String, signer: SigningKey) -> UInt64? {
    newest[Origin(projectID: Array(projectID.utf8), signer: signer)]
  }

  /// The memory with this bundle added.
  ///
  /// - Throws: if the memory is full; no machine has that many projects.
  public func remembering(_ bundle: AcceptedBundle) throws(BundleError) -> AcceptedBundles {
    let origin = Origin(projectID: Array(bundle.projectID.utf8), signer: bundle.signer)
    var result = self
    result.newest[origin] = max(newest[origin] ?? 0, bundle.header.createdAt)
    guard result.newest.count <= Self.maxEntries else {
      throw Self.unreadable("it holds \(Self.maxEntries) projects and keys already")
    }
    return result
  }

  // MARK: JSON

  public init(parsing json: [UInt8]) throws(BundleError) {
    var limits = JSONLimits()
    limits.maxBytes = Self.maxBytes
    let document: JSONDocument
    do {
      document = try JSONDocument(parsing: json[...], options: .document, limits: limits)
    } catch {
      throw Self.unreadable("it is not JSON: \(error)")
    }
    let root = document.root
    guard Self.integer("version", of: root, in: document) == 1,
      let list = document.member("accepted", of: root), document.kind(of: list) == .array,
      document.count(of: list) <= Self.maxEntries
    else { throw Self.unreadable("it is not a list of accepted bundles that this version reads") }
    for node in document.elements(of: list) {
      guard let project = document.string("project_id", of: node),
        let hexadecimal = document.string("signing_pubkey_hex", of: node),
        let signer = try? SigningKey(hexadecimal: hexadecimal),
        let createdAt = Self.integer("created_at", of: node, in: document),
        newest.updateValue(createdAt, forKey: Origin(projectID: project, signer: signer)) == nil
      else { throw Self.unreadable("one of its entries is damaged, or stands there twice") }
    }
  }

  public func json() -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.integer("version", 1)
    writer.beginArray("accepted")
    let sorted = newest.sorted {
      ($0.key.projectID + $0.key.signer.bytes).lexicographicallyPrecedes($1.key.projectID + $1.key.signer.bytes)
    }
    for (origin, createdAt) in sorted {
      writer.beginObject()
      writer.string("project_id", bytes: origin.projectID)
      writer.string("signing_pubkey_hex", origin.signer.hexadecimal)
      writer.integer("created_at", createdAt)
      writer.endObject()
    }
    writer.endArray()
    writer.endObject()
    return writer.bytes + [0x0a]
  }

  private static func integer(_ name: StaticString, of node: JSONDocument.Node, in document: JSONDocument) -> UInt64? {
    guard let value = document.member(name, of: node), document.kind(of: value) == .integer else { return nil }
    return UInt64(String(decoding: document.raw(value), as: UTF8.self))
  }

  /// Only the memory tells an older bundle from a newer one, so nothing is accepted without it.
  static func unreadable(_ reason: String) -> BundleError {
    BundleError(.memory, "the memory of accepted bundles can't be used: \(reason)")
  }
}

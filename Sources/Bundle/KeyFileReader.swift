import Digest
import Wire

/// The members of a keys file, each checked as it is read.
struct KeyFileReader {
  private let document: JSONDocument
  /// Whether the file may hold a signing seed.
  let isAuthors: Bool

  init(_ json: [UInt8], isAuthors: Bool = false) throws(BundleError) {
    var limits = JSONLimits()
    limits.maxBytes = BundleKeys.maxBytes
    do {
      document = try JSONDocument(parsing: json[...], options: .document, limits: limits)
    } catch {
      throw BundleError(.keyFile, "the keys file can't be read as JSON: \(error.code.rawValue)", at: error.offset)
    }
    guard document.kind(of: document.root) == .object else {
      throw BundleError(.keyFile, "the keys file must hold a JSON object")
    }
    self.isAuthors = isAuthors
  }

  func has(_ name: StaticString) -> Bool { document.member(name, of: document.root) != nil }

  /// Nil if there is no such member.
  func text(_ name: StaticString, of object: JSONDocument.Node? = nil) throws(BundleError) -> [UInt8]? {
    guard let node = document.member(name, of: object ?? document.root) else { return nil }
    guard let text = document.string(node) else { throw BundleError(.keyFile, "`\(name)` must be a string") }
    return text
  }

  func integer(_ name: StaticString) throws(BundleError) -> Int64? {
    guard let node = document.member(name, of: document.root) else { return nil }
    guard let number = integer(node), number >= 0 else {
      throw BundleError(.keyFile, "`\(name)` must be a whole number that is not negative")
    }
    return number
  }

  func key(_ name: StaticString, of object: JSONDocument.Node? = nil) throws(BundleError) -> SigningKey {
    guard let text = try text(name, of: object) else { throw BundleError(.keyFile, "`\(name)` is missing") }
    do throws(BundleError) {
      return try SigningKey(hexadecimal: text)
    } catch {
      throw error.naming("\(name)")
    }
  }

  func encryptionKey(_ name: StaticString) throws(BundleError) -> EncryptionKey {
    guard var base64 = try text(name) else { throw BundleError(.keyFile, "`\(name)` is missing") }
    defer { SecretBytes.wipe(&base64) }
    do throws(BundleError) {
      return try EncryptionKey(base64: base64)
    } catch {
      throw error.naming("\(name)")
    }
  }

  // MARK: Keys beside the service's own

  func entries() throws(BundleError) -> [Signers.Entry] {
    var entries: [Signers.Entry] = []
    for node in try list("signing_keys", limit: Signers.maxEntries) {
      guard document.kind(of: node) == .object else {
        throw BundleError(.keyFile, "`signing_keys` must hold objects with `pubkey_hex`")
      }
      let key = try key("pubkey_hex", of: node)
      guard !entries.contains(where: { $0.key == key }) else {
        throw BundleError(.keyFile, "`signing_keys` holds the key \(key) twice")
      }
      let start = try time("not_before", of: node)
      let end = try time("not_after", of: node)
      if let start, let end, end <= start {
        throw BundleError(.keyFile, "`not_after` must be later than `not_before`, for the key \(key)")
      }
      entries.append(Signers.Entry(key: key, notBefore: start, notAfter: end))
    }
    return entries
  }

  func revoked() throws(BundleError) -> [SigningKey] {
    var keys: [SigningKey] = []
    for node in try list("revoked_signing_keys", limit: Signers.maxRevoked) {
      do throws(BundleError) {
        let key = try SigningKey(hexadecimal: document.string(node) ?? [])
        if !keys.contains(key) { keys.append(key) }
      } catch {
        throw error.naming("revoked_signing_keys")
      }
    }
    return keys
  }

  private func list(_ name: StaticString, limit: Int) throws(BundleError) -> [JSONDocument.Node] {
    guard let node = document.member(name, of: document.root) else { return [] }
    guard document.kind(of: node) == .array else { throw BundleError(.keyFile, "`\(name)` must be a list") }
    guard document.count(of: node) <= limit else {
      throw BundleError(.keyFile, "`\(name)` must hold no more than \(limit) keys")
    }
    return Array(document.elements(of: node))
  }

  /// UNIX seconds.
  private func time(_ name: StaticString, of object: JSONDocument.Node) throws(BundleError) -> Int64? {
    guard let node = document.member(name, of: object), document.kind(of: node) != .null else { return nil }
    if let seconds = integer(node) { return seconds }
    guard let time = document.string(node).flatMap(Instant.init(iso8601:)) else {
      throw BundleError(
        .keyFile, "`\(name)` must be a time such as \"2026-11-24T20:05:52Z\", or whole UNIX seconds")
    }
    return time.seconds
  }

  private func integer(_ node: JSONDocument.Node) -> Int64? {
    guard document.kind(of: node) == .integer else { return nil }
    return Int64(String(decoding: document.raw(node), as: UTF8.self))
  }
}

extension BundleError {
  /// The same error, with the name of the member at fault.
  func naming(_ member: String) -> BundleError { BundleError(code, "`\(member)`: \(reason)", at: offset) }
}

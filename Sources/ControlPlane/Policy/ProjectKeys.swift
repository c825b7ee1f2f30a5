public import State
internal import Wire

/// A project's keys, as the service's bootstrap answer gives them (Control Zero 1.13.16, E1205).
///
/// Only their form is checked here; whether they are the right ones shows when a bundle is verified with them. The AES
/// key stays in the answer, which is held in guarded memory.
public struct ProjectKeys: Sendable {
  public let projectID: String
  /// Hexadecimal digits of the Ed25519 public key.
  public let signingKey: String
  /// The answer itself: a keys file, with whatever else the service put into it.
  public let json: SharedSecret

  private static let maxBytes = 64 << 10

  /// Reads an answer; the caller wipes its own copy. Throws E1205 if a part is missing or has another type.
  public init(json bytes: [UInt8]) throws(ControlPlaneError) {
    func failure(_ reason: String) -> ControlPlaneError {
      ControlPlaneError(.unusable, "the service's bootstrap answer can't be used: \(reason)")
    }
    guard bytes.count <= Self.maxBytes else { throw failure("it is larger than \(Self.maxBytes) bytes") }
    let document: JSONDocument
    do throws(JSONError) {
      document = try JSONDocument(parsing: bytes[...], options: .document)
    } catch {
      throw failure("it is not JSON: \(error)")
    }
    guard document.kind(of: document.root) == .object else { throw failure("it is not an object") }
    func text(_ key: StaticString) throws(ControlPlaneError) -> String {
      guard let text = document.text(key), !text.isEmpty else { throw failure("`\(key)` is missing") }
      return text
    }
    projectID = try text("project_id")
    // Not even read, because a `String` can't be wiped.
    let key = document.member("project_encryption_key_b64", of: document.root)
    guard let key, document.kind(of: key) == .string, document.raw(key).count > 2 else {
      throw failure("`project_encryption_key_b64` is missing")
    }
    signingKey = try text("signing_pubkey_hex")
    guard signingKey.utf8.allSatisfy(\.isHexDigit), signingKey.utf8.count.isMultiple(of: 2) else {
      throw failure("`signing_pubkey_hex` is not hexadecimal")
    }
    if document.member("key_version", of: document.root) != nil, document.integer("key_version") == nil {
      throw failure("`key_version` is not an integer")
    }
    do throws(StateError) {
      json = try SharedSecret(copying: bytes, of: "the project's keys")
    } catch {
      throw failure(error.message)
    }
  }
}

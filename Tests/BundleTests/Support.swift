import Foundation
import Testing
import Wire

@testable import Bundle

/// The repository's bundles, and what the SDK made of each.
enum Fixtures {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  static let directory = root.appending(path: "Testdata/bundle")

  struct Row: Sendable, CustomTestStringConvertible {
    let file: String
    /// `OK`, or the SDK's class of error.
    let expected: String
    let createdAt: UInt64
    let policyCount: Int
    /// The digest of the payload; empty for none.
    let sha256: String

    var testDescription: String { file }
    func bytes() throws -> [UInt8] { try Fixtures.bytes(file) }
  }

  static let manifest = try? document("manifest.json")

  /// All rows of the manifest.
  static let rows: [Row] = {
    guard let manifest, let bundles = manifest.member("bundles", of: manifest.root) else { return [] }
    return manifest.elements(of: bundles).map { node in
      let observed = manifest.member("observed", of: node)
      let header = observed.flatMap { manifest.member("header", of: $0) }
      return Row(
        file: manifest.text("file", of: node) ?? "", expected: manifest.text("expected", of: node) ?? "",
        createdAt: header.flatMap { manifest.number("created_at", of: $0) }.map(UInt64.init) ?? 0,
        policyCount: header.flatMap { manifest.number("policy_count", of: $0) } ?? 0,
        sha256: observed.flatMap { manifest.text("json_sha256", of: $0) } ?? "")
    }
  }()

  static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: directory.appending(path: name)))
  }

  static func document(_ name: String) throws -> JSONDocument {
    try JSONDocument(parsing: try bytes(name)[...], options: .python)
  }

  static func hex(_ member: StaticString) throws -> [UInt8] {
    let manifest = try #require(manifest)
    let text = try #require(manifest.text(member, of: manifest.root))
    return try #require(Sodium.bytes(ofHexadecimal: Array(text.utf8), count: 32))
  }

  static func keys() throws -> BundleKeys { try BundleKeys(parsing: try bytes("keys.json")) }
  static func signingKey() throws -> SigningKey { try SigningKey(try hex("signing_pubkey_hex")) }
  static func encryptionKey(_ member: StaticString = "encryption_key_hex") throws -> EncryptionKey {
    try EncryptionKey(base64: Array(Data(try hex(member)).base64EncodedData()))
  }
  static func seed() throws -> SigningSeed { try SigningSeed(try hex("signing_seed_hex")) }

  static func author() throws -> AuthorKeys {
    var json = try bytes("keys.json")
    let end = try #require(json.lastIndex(of: UInt8(ascii: "}")))
    json.replaceSubrange(
      end..., with: Array(", \"signing_seed_hex\": \"\(hexadecimal(try hex("signing_seed_hex")))\"}".utf8))
    return try AuthorKeys(parsing: json)
  }

  /// A bundle signed and sealed by the test keys, around any bytes in the place of the compressed payload.
  static func sealed(frame: [UInt8], createdAt: UInt64 = 1_767_225_600) throws -> [UInt8] {
    try BundlePacker.seal(
      frame: frame, createdAt: createdAt, policyCount: 1, seed: try seed(), key: try encryptionKey())
  }

  static func packed(_ json: String, createdAt: UInt64 = 1_767_225_600) throws -> [UInt8] {
    try sealed(frame: try ZstdFrame.compressed(Array(json.utf8)), createdAt: createdAt)
  }

  static func opened(_ file: [UInt8]) throws(BundleError) -> OpenedBundle {
    do {
      let keys = try keys()
      return try UnverifiedBundle(parsing: file).verified(by: keys.signers).open(with: keys.encryptionKey)
    } catch let error as BundleError {
      throw error
    } catch {
      throw BundleError(.unavailable, "\(error)")
    }
  }
}

func hexadecimal(_ bytes: [UInt8]) -> String {
  bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

/// The error that a bundle is refused with; nil where it is opened.
func refusal(_ body: () throws -> Void) -> BundleError? {
  do {
    try body()
    return nil
  } catch let error as BundleError {
    return error
  } catch {
    Issue.record(error)
    return nil
  }
}

extension JSONDocument {
  func text(_ key: StaticString, of node: Node) -> String? {
    member(key, of: node).flatMap { string($0) }.map { String(decoding: $0, as: UTF8.self) }
  }

  func number(_ key: StaticString, of node: Node) -> Int? {
    member(key, of: node).flatMap { Int(String(decoding: raw($0), as: UTF8.self)) }
  }
}

/// A directory that is removed after the test.
final class Scratch: Sendable {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "czproxy-test-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  @discardableResult
  func file(_ name: String, _ content: [UInt8]) throws -> String {
    try Data(content).write(to: URL(filePath: "\(path)/\(name)"))
    return "\(path)/\(name)"
  }

  @discardableResult
  func file(_ name: String, _ content: String) throws -> String { try file(name, Array(content.utf8)) }

  func read(_ name: String) -> [UInt8] { [UInt8](FileManager.default.contents(atPath: "\(path)/\(name)") ?? Data()) }
}

import ArgumentParser
import Bundle
import Policy
import Wire

/// A policy to inspect: a bundle, a bundle's payload, or a local policy, converted to the payload that `pack` would make.
struct BundleContent {
  let payload: JSONDocument
  let policy: Policy

  /// - Parameter keys: the keys file, required for a bundle.
  static func load(_ path: String, keys: String?) throws -> BundleContent {
    do {
      let bytes = try reportingBundleErrors { () throws(BundleError) in try BundleFile.read(path) }
      if bytes.starts(with: "CZ01".utf8) { return try open(bytes, path, keys) }
      let json = try payloadText(bytes, path)
      return BundleContent(
        payload: try JSONDocument(parsing: json[...], options: .python),
        policy: try Policy.load(hosted: json, fileName: path))
    } catch let error as PolicyError {
      Terminal.complain(error.lines)
      throw ExitCode(1)
    }
  }

  private static func open(_ bytes: [UInt8], _ path: String, _ keyFile: String?) throws -> BundleContent {
    guard let keyFile else {
      Terminal.complain("\(path) is a bundle: give --keys FILE to open it")
      throw ExitCode(1)
    }
    let unverified = try reportingBundleErrors(in: path) { () throws(BundleError) in
      try UnverifiedBundle(parsing: bytes)
    }
    return try of(try unverified.opened(readFrom: path, keys: keyFile), path)
  }

  static func of(_ bundle: OpenedBundle, _ path: String) throws(PolicyError) -> BundleContent {
    BundleContent(
      payload: bundle.payload, policy: try Policy.load(hosted: Array(bundle.payload.bytes), fileName: path))
  }

  private static func payloadText(_ bytes: [UInt8], _ path: String) throws(PolicyError) -> [UInt8] {
    if let document = try? JSONDocument(parsing: bytes[...], options: .python),
      document.member("policies", of: document.root) != nil, document.member("rules", of: document.root) == nil
    {
      return bytes
    }
    guard let format = PolicyFormat(fileName: path) else {
      throw PolicyError(
        fileName: path,
        diagnostics: [.init(code: .load, message: "this is no bundle, and a policy is a .yaml, .yml or .json file")])
    }
    return try HostedPayload.make(
      local: bytes, format: format, fileName: path, name: .init(id: "pol_local", name: path), writeIdentity: { _ in })
  }

  // MARK: Reading the payload

  func text(_ key: StaticString, of node: JSONDocument.Node? = nil) -> String? {
    payload.string(key, of: node).map { DisplayText.escaped($0) }
  }

  /// A member as JSON, or the text of a string; shortened for people.
  func display(_ key: StaticString, of node: JSONDocument.Node? = nil) -> String? {
    payload.member(key, of: node ?? payload.root).map {
      payload.string($0).map { DisplayText.escaped($0) } ?? DisplayText.escaped(payload.raw($0))
    }
  }
}

import Foundation
import Testing
import Wire

@testable import Policy

/// The repository's vectors.
enum Vectors {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Testdata/policy")

  static func document(_ name: String) throws -> JSONDocument {
    let bytes = [UInt8](try Data(contentsOf: root.appending(path: name)))
    return try JSONDocument(parsing: bytes[...], options: .python)
  }

  /// The elements of a list in `vectors.json`.
  static func list(_ key: String) throws -> (document: JSONDocument, elements: [JSONDocument.Node]) {
    let document = try self.document("vectors.json")
    let node = try #require(document.member(named: Array(key.utf8), of: document.root))
    return (document, Array(document.elements(of: node)))
  }
}

extension JSONDocument {
  func text(_ key: StaticString, of node: Node) -> String? {
    member(key, of: node).flatMap { string($0) }.map { String(decoding: $0, as: UTF8.self) }
  }

  func bytes(_ key: StaticString, of node: Node) -> [UInt8] {
    member(key, of: node).flatMap { string($0) } ?? []
  }

  func flag(_ key: StaticString, of node: Node) -> Bool {
    member(key, of: node).map { kind(of: $0) == .true } ?? false
  }
}

func parsed(_ json: String) throws -> JSONDocument {
  try JSONDocument(parsing: Array(json.utf8)[...], options: .python)
}

/// A policy of rules in YAML.
func localPolicy(_ yaml: String) throws -> Policy {
  try Policy.load(local: Array(yaml.utf8), format: .yaml, fileName: "policy.yaml")
}

func toolCall(
  _ server: String, _ tool: String, _ arguments: String = "{}", schema: String? = nil,
  files: (any FileSystemView)? = nil, context: Context = Context()
) throws -> Call {
  let document = try parsed(arguments)
  let schema = try schema.map { try parsed($0) }
  return Call(
    server: Array(server.utf8), tool: Array(tool.utf8), arguments: (document, document.root), context: context,
    schema: schema.map { ($0, $0.root) }, files: files)
}

/// A tool's arguments, one of each type.
let argumentSchema = ##"""
  {"type": "object", "properties": {
    "paths": {"type": "array"}, "n": {"type": "integer"}, "f": {"type": "number"}, "s": {"type": "string"},
    "o": {"anyOf": [{"type": "string"}, {"type": "null"}]}, "u": {"$ref": "#/x"}}}
  """##

/// What a policy decides whose only rule has this effect and these conditions; without the rule, the opposite.
func effect(
  _ effect: String, _ when: String, _ arguments: String, schema: String? = argumentSchema
) throws -> Effect {
  let policy = try localPolicy(
    """
    version: "1"
    settings: {default_action: \(effect == "deny" ? "allow" : "deny")}
    rules:
      - effect: \(effect)
        action: t:m
        when: \(when)
    """)
  return policy.decide(try toolCall("t", "m", arguments, schema: schema)).effect
}

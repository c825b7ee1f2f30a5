package import Wire

/// Members of small documents, our own or the service's, by type; nil for a value of another type.
extension JSONDocument {
  package func text(_ key: StaticString, of object: Node? = nil) -> String? {
    member(key, of: object ?? root).flatMap { string($0) }.map { String(decoding: $0, as: UTF8.self) }
  }

  package func integer(_ key: StaticString, of object: Node? = nil) -> Int64? {
    guard let node = member(key, of: object ?? root), kind(of: node) == .integer else { return nil }
    return Int64(String(decoding: raw(node), as: UTF8.self))
  }

  /// UNIX seconds. A time before 1970 counts as 1970, so that the difference to now can't overflow.
  package func time(_ key: StaticString, of object: Node? = nil) -> Int64? {
    integer(key, of: object).map { max($0, 0) }
  }

  /// A text to show to people, up to 1024 characters: whoever wrote the file must not control their terminal.
  package func shown(_ key: StaticString, of object: Node? = nil) -> String? {
    text(key, of: object).map { DisplayText.escaped($0.utf8, limit: 1024) }
  }

  package func object(_ key: StaticString, of object: Node? = nil) -> Node? {
    member(key, of: object ?? root).flatMap { kind(of: $0) == .object ? $0 : nil }
  }
}

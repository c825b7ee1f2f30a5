/// Members of an object, by default of the root, by their type; nil for a value of another type.
extension JSONDocument {
  /// The unescaped bytes of a string.
  public func string(_ key: StaticString, of object: Node? = nil) -> [UInt8]? {
    member(key, of: object ?? root).flatMap { string($0) }
  }

  /// The same as a `String`, for documents of our own and of the service: protocol text is compared by its bytes.
  public func text(_ key: StaticString, of object: Node? = nil) -> String? {
    string(key, of: object).map { String(decoding: $0, as: UTF8.self) }
  }

  /// A text to show to people, up to 1024 characters: whoever wrote the file must not control their terminal.
  public func shown(_ key: StaticString, of object: Node? = nil) -> String? {
    text(key, of: object).map { DisplayText.escaped($0.utf8, limit: 1024) }
  }

  public func integer(_ key: StaticString, of object: Node? = nil) -> Int64? {
    guard let node = member(key, of: object ?? root), kind(of: node) == .integer else { return nil }
    return Int64(String(decoding: raw(node), as: UTF8.self))
  }

  /// UNIX seconds. A time before 1970 counts as 1970, so that the difference to now can't overflow.
  public func time(_ key: StaticString, of object: Node? = nil) -> Int64? {
    integer(key, of: object).map { max($0, 0) }
  }

  /// Whether there is such a member, and it is `true`.
  public func isTrue(_ key: StaticString, of object: Node? = nil) -> Bool {
    member(key, of: object ?? root).map { kind(of: $0) == .true } ?? false
  }

  public func object(_ key: StaticString, of object: Node? = nil) -> Node? {
    member(key, of: object ?? root).flatMap { kind(of: $0) == .object ? $0 : nil }
  }
}

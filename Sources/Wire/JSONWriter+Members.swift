/// Members of an object: a key and its value in one call.
extension JSONWriter {
  public mutating func beginObject(_ key: StaticString) {
    self.key(key)
    beginObject()
  }

  public mutating func beginArray(_ key: StaticString) {
    self.key(key)
    beginArray()
  }

  public mutating func string(_ key: StaticString, _ value: String) {
    self.key(key)
    string(value)
  }

  public mutating func string(_ key: StaticString, bytes value: some Collection<UInt8>) {
    self.key(key)
    string(bytes: value)
  }

  public mutating func integer(_ key: StaticString, _ value: some BinaryInteger) {
    self.key(key)
    integer(value)
  }

  public mutating func boolean(_ key: StaticString, _ value: Bool) {
    self.key(key)
    boolean(value)
  }

  public mutating func null(_ key: StaticString) {
    self.key(key)
    null()
  }

  /// Writes a member whose value is JSON text that the caller vouches for.
  public mutating func raw(_ key: StaticString, _ json: some Collection<UInt8>) {
    self.key(key)
    raw(json)
  }
}

/// What a receiver gets of a row.
public enum RowEncoding: Sendable, Equatable {
  /// JSON text for it.
  case entry([UInt8])
  /// The row is none of its business.
  case nothing
  /// The row should go there and can't; why.
  case unusable(String)
}

/// What every entry says of its sender.
public struct Sender: Sendable, Equatable {
  public var hostname: String
  /// The name that the person is logged in by.
  public var user: String
  public var email: String
  /// Of this program.
  public var version: String

  public init(hostname: String, user: String, email: String = "", version: String) {
    self.hostname = hostname
    self.user = user
    self.email = email
    self.version = version
  }
}

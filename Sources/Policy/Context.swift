/// Who calls, in the words of the person who set the proxy up. Nothing in it comes from the wire.
public struct Context: Sendable, Equatable {
  /// What `clients:` selects by.
  public var clientName: String?
  /// What `projects:` selects by.
  public var projectID: String?
  public var agent: String?
  public var userID: String?
  public var userGroup: String?
  public var tags: [String: String] = [:]
  /// Further keys, for conditions.
  public var values: [String: String] = [:]

  public init() {}
}

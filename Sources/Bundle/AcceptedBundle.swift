public import Wire

/// A bundle that is to be enforced. Only ``OpenedBundle/accepted(by:at:after:checks:)`` makes one.
public struct AcceptedBundle: Sendable {
  public let header: BundleHeader
  public let signer: SigningKey
  /// Its root is an object.
  public let payload: JSONDocument
  /// The project of the keys that the bundle was accepted with.
  public let projectID: String
  /// When the bundle must no longer be enforced, in UNIX seconds; nil for never, and if its expiry is not checked.
  public let expiresAt: Int64?

  init(_ opened: OpenedBundle, projectID: String, expiresAt: Int64?) {
    header = opened.header
    signer = opened.signer
    payload = opened.payload
    self.projectID = projectID
    self.expiresAt = expiresAt
  }
}

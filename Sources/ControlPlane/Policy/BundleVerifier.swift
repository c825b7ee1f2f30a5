/// Verifies a bundle with a project's keys; how is another module's matter.
///
/// Throws E1203 with the reason where the bundle would not be enforced.
public typealias BundleVerifier =
  @Sendable (_ blob: [UInt8], _ keys: ProjectKeys) throws(ControlPlaneError) ->
  BundleFacts

/// What a verified bundle says of itself.
public struct BundleFacts: Sendable, Equatable {
  /// UNIX seconds, from the signed header.
  public let createdAt: Int64

  public init(createdAt: Int64) {
    self.createdAt = createdAt
  }
}

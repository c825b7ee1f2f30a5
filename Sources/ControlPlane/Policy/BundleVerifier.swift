/// Verifies a bundle with a project's keys; another module supplies it.
///
/// Throws E1203 with the reason if the bundle would not be enforced.
public typealias BundleVerifier =
  @Sendable (_ blob: [UInt8], _ keys: ProjectKeys) throws(ControlPlaneError) ->
  BundleFacts

/// What a verified bundle says about itself.
public struct BundleFacts: Sendable, Equatable {
  /// UNIX seconds, from the signed header.
  public let createdAt: Int64

  public init(createdAt: Int64) {
    self.createdAt = createdAt
  }
}

public import Wire

/// A bundle as its signer wrote it for this project, word for word. ``accepted(by:at:after:checks:)`` decides whether
/// it may be used now.
public struct OpenedBundle: Sendable {
  /// Bytes of the largest payload (Control Zero 1.13.16).
  public static let maxPayloadBytes = 16 << 20

  public let header: BundleHeader
  public let signer: SigningKey
  /// Its root is an object.
  public let payload: JSONDocument
}

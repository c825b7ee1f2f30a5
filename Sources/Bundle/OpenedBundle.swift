public import Wire

/// A bundle that its signer wrote for this project, word for word. Whether it is to be used now is still to be asked:
/// ``accepted(by:at:after:checks:)``.
public struct OpenedBundle: Sendable {
  /// Bytes of the largest payload (Control Zero 1.13.16).
  public static let maxPayloadBytes = 16 << 20

  public let header: BundleHeader
  public let signer: SigningKey
  /// Its root is an object.
  public let payload: JSONDocument
}

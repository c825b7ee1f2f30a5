/// Bounds on one JSON text. Each refuses, none truncates.
public struct JSONLimits: Sendable {
  /// Objects and arrays inside each other. 128 is what the strictest widespread readers take (serde_json).
  public var maxDepth = 128

  /// Bytes of the whole text; at most ``JSONLimits/greatestMaxBytes``.
  public var maxBytes = 64 << 20

  /// Values, keys and closing brackets together: what bounds the memory of the index, at 8 bytes each.
  public var maxValues = 1 << 24

  /// The index keeps lengths in 28 bits.
  public static let greatestMaxBytes = (1 << 28) - 1

  public init() {}
}

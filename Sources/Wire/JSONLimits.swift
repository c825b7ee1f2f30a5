/// Bounds on one JSON text. A text beyond any of them is refused, never truncated.
public struct JSONLimits: Sendable {
  /// How deeply objects and arrays nest. 128 is what the strictest widespread readers accept (serde_json).
  public var maxDepth = 128

  /// Bytes of the whole text; at most ``JSONLimits/greatestMaxBytes``.
  public var maxBytes = 64 << 20

  /// Values, keys and closing brackets together. This bounds the memory of the index, at 8 bytes each.
  public var maxValues = 1 << 24

  /// The index keeps lengths in 28 bits.
  public static let greatestMaxBytes = (1 << 28) - 1

  public init() {}
}

/// Bounds on a policy file. A file beyond one of them is refused, never truncated.
enum PolicyLimits {
  /// The same as for a signed bundle's payload.
  static let maxBytes = 16 << 20
  static let maxDepth = 128
  /// Values after aliases are expanded: an alias counts for everything that it stands for.
  static let maxValues = 1 << 22
}

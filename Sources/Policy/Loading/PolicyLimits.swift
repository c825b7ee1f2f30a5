/// Bounds on a policy file. Each refuses, none truncates.
enum PolicyLimits {
  /// As for a signed bundle's payload.
  static let maxBytes = 16 << 20
  static let maxDepth = 128
  /// Values after aliases are expanded: an alias counts for all that it stands for.
  static let maxValues = 1 << 22
}

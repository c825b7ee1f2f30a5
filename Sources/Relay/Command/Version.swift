import Policy

/// What this build calls itself.
public enum Version {
  public static let number = "0.1.0"
  /// The release of Control Zero's SDK whose decisions this build reproduces.
  public static let semanticLevel = SDKVersion.implementedText

  /// What Control Zero 1.13.16 records as the version of its evaluator.
  public static let policyEngine = "0.1.0"
}

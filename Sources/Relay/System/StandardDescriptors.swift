private import CShims

/// Standard input, output and error.
public enum StandardDescriptors {
  /// Keeps the numbers of those that we were started without, to be called before anything is opened: what is opened
  /// next would get them, and messages and warnings would go into it. Reading and writing them still fails.
  public static func reserve() { cz_reserve_standard_descriptors() }
}

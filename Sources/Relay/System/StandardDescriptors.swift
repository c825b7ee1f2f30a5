private import CShims

/// Standard input, output and error.
public enum StandardDescriptors {
  /// Reserves the numbers of those that this process was started without, before anything is opened: the next file
  /// would get such a number, and messages and warnings would go into it. Reading and writing them still fails.
  public static func reserve() { cz_reserve_standard_descriptors() }
}

/// Why syncing can't go on: a file of the state directory can't be read or written, or what syncing needs is missing.
public struct SyncError: Error, Equatable, Sendable, CustomStringConvertible {
  public let description: String
  /// Whether the cause is what the person set up, and not one of our own files.
  public let isConfiguration: Bool

  init(_ description: String, isConfiguration: Bool = false) {
    self.description = description
    self.isConfiguration = isConfiguration
  }
}

/// Why syncing can't go on: a file of the state directory can't be read or written, or there is nothing to do it with.
public struct SyncError: Error, Equatable, Sendable, CustomStringConvertible {
  public let description: String
  /// Whether what the person set up is wrong, and not a file of ours.
  public let isConfiguration: Bool

  init(_ description: String, isConfiguration: Bool = false) {
    self.description = description
    self.isConfiguration = isConfiguration
  }
}

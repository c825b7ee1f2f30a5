/// The layout of a state directory that `czproxy sync` writes and the relay reads.
///
/// ```
/// <state>/sync.lock                       held (flock) by the one process that syncs
/// <state>/cache.lock                      held (flock) by whoever asks the service for a policy
/// <state>/sync-state.json                 ``SyncState``: what `czproxy sync` did last
/// <state>/cache/<scope>/current.json      ``CachedPolicy``: names the two files below
/// <state>/cache/<scope>/<sha256>.json     keys, in the shape of the service's bootstrap answer
/// <state>/cache/<scope>/<sha256>.czpolicy a bundle as it was received
/// ```
/// `<scope>` is ``APIKey/scope``, `<sha256>` the digest of the file's content. A reader opens `current.json` first,
/// which is replaced by rename(2) after both files are whole, so that keys and bundle always belong together.
public struct CacheLayout: Sendable, Equatable {
  public let stateDirectory: String
  public let scope: String

  public init(stateDirectory: String, scope: String) {
    self.stateDirectory = stateDirectory
    self.scope = scope
  }

  public var directory: String { "\(stateDirectory)/cache/\(scope)" }
  public var current: String { directory + "/current.json" }
  public func bundle(_ digest: String) -> String { "\(directory)/\(digest).czpolicy" }
  public func keys(_ digest: String) -> String { "\(directory)/\(digest).json" }

  public static func lock(in stateDirectory: String) -> String { stateDirectory + "/sync.lock" }
  public static func cacheLock(in stateDirectory: String) -> String { stateDirectory + "/cache.lock" }
  public static func syncState(in stateDirectory: String) -> String { stateDirectory + "/sync-state.json" }

  /// The largest bundle, in bytes: 16 MiB of payload and its frame.
  public static let maxBundleBytes = 17 << 20
  /// The largest of the small files, in bytes.
  static let maxSmallFileBytes = 64 << 10
}

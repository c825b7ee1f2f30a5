internal import Bundle
import Platform
public import Policy
import State

/// Where a session's policy comes from, and how it is loaded: at the start and after each change.
///
/// The working directory is never searched: a cloned repository must not bring its own policy.
public struct PolicySource: Sendable {
  /// What was loaded, and the bytes it came from, for the record.
  public struct Loaded: Sendable {
    public let policy: Policy
    public let bytes: [UInt8]
    /// Nil when there is none.
    public let path: String?
    /// Whether the signature that belongs to it says that it was changed.
    public var isTampered = false
    /// The project that the policy belongs to beyond doubt; nil for a local file.
    public var projectID: String?
    /// When the policy ends, in seconds since 1970; nil for never.
    public var expiresAt: Int64?
    /// When the policy was last known to be current, in seconds since 1970; nil if it is current while it is there.
    public var confirmedAt: Int64?
  }

  private static let fileNames = ["policy.yaml", "policy.yml", "policy.json"]
  private static let maxBytes = 16 << 20

  private let source: RunOptions.Source
  private let stateDirectory: String
  private let checks: AcceptanceChecks
  /// Whether a loaded bundle counts as accepted; false for commands that only look.
  private let remembers: Bool
  /// Where the API key comes from.
  private let service: ServiceSettings.Options
  /// The cache of the service's policies; nil if no service is used.
  private var cache: CacheLayout?
  /// The same for an API key that has replaced the one in use, as long as nothing was pulled with it.
  private var nextCache: CacheLayout?

  /// - Parameter scope: the API key's, if the service is a source.
  init(
    _ source: RunOptions.Source, service: ServiceSettings.Options, checks: AcceptanceChecks, stateDirectory: String,
    scope: String?, remembers: Bool = true
  ) {
    self.source = source
    self.service = service
    self.checks = checks
    self.remembers = remembers
    self.stateDirectory = stateDirectory
    cache = scope.map { CacheLayout(stateDirectory: stateDirectory, scope: $0) }
  }

  /// Switches to what is pulled with another API key, if that key has replaced the one in use.
  ///
  /// Until something is pulled, and while the key can't be read, everything stays as it is.
  mutating func followKey() {
    guard let cache, let scope = try? ServiceSettings.key(service, stateDirectory: stateDirectory).scope else { return }
    let next = CacheLayout(stateDirectory: stateDirectory, scope: scope)
    nextCache = next == cache ? nil : next
    guard nextCache != nil, FileIdentity(of: next.current) != nil else { return }
    (self.cache, nextCache) = (next, nil)
  }

  /// A change of one of these means that ``load(at:isStart:)`` has something new, or ``followKey()`` something to do.
  var watchedPaths: [String] { watchedPaths(of: source) }

  private func watchedPaths(of source: RunOptions.Source) -> [String] {
    let files: [String]
    switch source {
    case .file(let path): files = [path]
    case .stateDirectory: files = Self.fileNames.map { "\(stateDirectory)/\($0)" }
    case .bundle(let path, let keys): return [path, keys]
    case .service(let other):
      let keyFile = ServiceSettings.keyFile(service, stateDirectory: stateDirectory)
      return [cache?.current, nextCache?.current, keyFile].compactMap(\.self) + (other.map(watchedPaths) ?? [])
    }
    return files.flatMap { [$0] + PolicySignature.paths(of: $0) }
  }

  /// Loads the file that was named, or the one in the state directory, or what was pulled from the service; without any
  /// of them, the policy that denies everything.
  ///
  /// - Parameters:
  ///   - now: seconds since 1970.
  ///   - isStart: whether nothing is in force yet.
  func load(at now: Int64, isStart: Bool) throws(PolicySourceError) -> Loaded {
    try load(source, at: now, isStart: isStart)
  }

  private func load(
    _ source: RunOptions.Source, at now: Int64, isStart: Bool
  ) throws(PolicySourceError) -> Loaded {
    switch source {
    case .file(let path):
      return try Self.local(path)
    case .bundle(let path, let keys):
      return try BundleSource(path, checks, stateDirectory: stateDirectory, remembers: remembers).load(
        at: now, keys: { () throws(BundleError) in try BundleFile.keys(keys) },
        bundle: { () throws(BundleError) in try BundleFile.read(path) })
    case .stateDirectory:
      if let path = Self.file(in: stateDirectory) { return try Self.local(path) }
      return Loaded(policy: Policy.missing(reason: Self.absence(stateDirectory)), bytes: [], path: nil)
    case .service(let other):
      return try loadPulled(else: other, at: now, isStart: isStart)
    }
  }

  private func loadPulled(
    else other: RunOptions.Source?, at now: Int64, isStart: Bool
  ) throws(PolicySourceError) -> Loaded {
    do throws(PolicySourceError) {
      let pulled = try cache.map { (layout) throws(PolicySourceError) in
        try ServiceSource(layout: layout, checks: checks, remembers: remembers).load(at: now, isStart: isStart)
      }
      if let loaded = pulled ?? nil { return loaded }
    } catch {
      // A running process keeps the policy that it has; a starting one has none to keep.
      guard isStart else { throw error }
      if let other, !error.isFinal { return try load(other, at: now, isStart: isStart) }
      return Loaded(policy: Policy.missing(reason: error.lines.joined(separator: "; ")), bytes: [], path: nil)
    }
    if let other { return try load(other, at: now, isStart: isStart) }
    return Loaded(policy: Policy.missing(reason: Self.notPulled), bytes: [], path: nil)
  }

  /// What to tell a person whose policy has not come yet.
  static let notPulled = "the policy has not come from the Control Zero service yet: see `czproxy status`"

  /// A local policy, with the verdict of the signature beside it.
  package static func loadSigned(_ path: String) throws(PolicyError) -> Loaded {
    var loaded = try load(path)
    loaded.isTampered = PolicySignature.isBroken(of: loaded.bytes, at: path)
    return loaded
  }

  private static func local(_ path: String) throws(PolicySourceError) -> Loaded {
    do throws(PolicyError) {
      return try loadSigned(path)
    } catch {
      throw PolicySourceError(error.lines)
    }
  }

  /// The local policy of a state directory; nil if there is none.
  public static func file(in stateDirectory: String) -> String? {
    fileNames.lazy.map { "\(stateDirectory)/\($0)" }.first { FileIdentity(of: $0) != nil }
  }

  /// What to tell a person who has no policy.
  static func absence(_ stateDirectory: String) -> String {
    "there is no policy: start czproxy with --policy FILE, or put a policy.yaml into \(stateDirectory)"
  }

  // MARK: One file

  /// The language of reasons.
  package static var locale: String { Environment.value("CONTROLZERO_LOCALE") ?? "" }

  /// Loads one file: a local policy, or a bundle's payload.
  public static func load(_ path: String, isPayload: Bool = false) throws(PolicyError) -> Loaded {
    let bytes = try read(path)
    if isPayload {
      return Loaded(policy: try Policy.load(hosted: bytes, fileName: path, locale: locale), bytes: bytes, path: path)
    }
    guard let format = PolicyFormat(fileName: path) else {
      throw failure("a policy is a .yaml, .yml or .json file", path)
    }
    return Loaded(
      policy: try Policy.load(local: bytes, format: format, fileName: path, locale: locale), bytes: bytes, path: path)
  }

  /// The bytes of a file that is no larger than the largest policy.
  public static func read(_ path: String) throws(PolicyError) -> [UInt8] {
    do throws(FileReader.Failure) {
      return try FileReader.read(path, limit: maxBytes)
    } catch {
      throw failure(error.description, path)
    }
  }

  private static func failure(_ reason: String, _ path: String) -> PolicyError {
    PolicyError(fileName: path, diagnostics: [.init(code: .load, message: reason)])
  }
}

internal import Bundle
public import Policy
import System

/// Where the policy of a session comes from, and how it is loaded: at the start and whenever it changed.
///
/// The working directory is never searched: a repository that somebody cloned must not bring its own policy.
public struct PolicySource: Sendable {
  /// What was loaded, and the bytes it came from, for the record.
  public struct Loaded: Sendable {
    public let policy: Policy
    public let bytes: [UInt8]
    /// Nil when there is none.
    public let path: String?
    /// Whether a signature that belongs to it says that it was changed.
    public var isTampered = false
    /// The project whose policy it is, where that is beyond doubt; nil for a local file.
    public var projectID: String?
    /// When it ends, in seconds since 1970; nil for never.
    public var expiresAt: Int64?
    /// When it was last known to be current, in seconds since 1970; nil for what is current while it is there.
    public var confirmedAt: Int64?
  }

  private static let fileNames = ["policy.yaml", "policy.yml", "policy.json"]
  private static let maxBytes = 16 << 20

  private let source: RunOptions.Source
  private let stateDirectory: String
  private let checks: AcceptanceChecks

  init(_ options: RunOptions, stateDirectory: String) {
    source = options.source
    checks = options.bundleChecks
    self.stateDirectory = stateDirectory
  }

  /// What a change of tells that ``load()`` has something new to say.
  var watchedPaths: [String] {
    let files: [String]
    switch source {
    case .file(let path): files = [path]
    case .stateDirectory: files = Self.fileNames.map { "\(stateDirectory)/\($0)" }
    case .bundle(let path, let keys): return [path, keys]
    }
    return files.flatMap { [$0] + PolicySignature.paths(of: $0) }
  }

  /// Loads the file that was named, or the one in the state directory; without either, the policy that denies all.
  ///
  /// - Parameter now: seconds since 1970.
  func load(at now: Int64) throws(PolicySourceError) -> Loaded {
    switch source {
    case .file(let path):
      return try Self.local(path)
    case .bundle(let path, let keys):
      return try BundleSource(path, keys: keys, checks, stateDirectory: stateDirectory).load(at: now)
    case .stateDirectory:
      let paths = Self.fileNames.map { "\(stateDirectory)/\($0)" }
      if let path = paths.first(where: { FileIdentity(of: $0) != nil }) { return try Self.local(path) }
      return Loaded(policy: Policy.missing(reason: Self.absence(stateDirectory)), bytes: [], path: nil)
    }
  }

  /// A local policy, with what the signature beside it says.
  private static func local(_ path: String) throws(PolicySourceError) -> Loaded {
    do throws(PolicyError) {
      var loaded = try load(path)
      loaded.isTampered = PolicySignature.isBroken(of: loaded.bytes, at: path)
      return loaded
    } catch {
      throw PolicySourceError(error.lines)
    }
  }

  /// What to tell a person who has no policy.
  static func absence(_ stateDirectory: String) -> String {
    "there is no policy: start czproxy with --policy FILE, or put a policy.yaml into \(stateDirectory)"
  }

  // MARK: One file

  /// In which reasons are told.
  static var locale: String { Environment.value("CONTROLZERO_LOCALE") ?? "" }

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

  /// The bytes of a file of no more than a policy's greatest size.
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

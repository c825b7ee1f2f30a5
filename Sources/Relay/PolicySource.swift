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
    /// When it was last known to be current, in seconds since 1970; nil for what is current while it is there.
    public var confirmedAt: Int64?
  }

  private static let fileNames = ["policy.yaml", "policy.yml", "policy.json"]
  private static let maxBytes = 16 << 20

  private let source: RunOptions.Source
  private let stateDirectory: String

  init(_ source: RunOptions.Source, stateDirectory: String) {
    self.source = source
    self.stateDirectory = stateDirectory
  }

  /// What a change of tells that ``load()`` has something new to say.
  var watchedPaths: [String] {
    let files =
      switch source {
      case .file(let path): [path]
      case .stateDirectory: Self.fileNames.map { "\(stateDirectory)/\($0)" }
      }
    return files.flatMap { [$0] + PolicySignature.paths(of: $0) }
  }

  /// Loads the file that was named, or the one in the state directory; without either, the policy that denies all.
  func load() throws(PolicySourceError) -> Loaded {
    do throws(PolicyError) {
      switch source {
      case .file(let path):
        return try Self.load(path).checked()
      case .stateDirectory:
        for name in Self.fileNames {
          let path = stateDirectory + "/" + name
          guard FileIdentity(of: path) != nil else { continue }
          return try Self.load(path).checked()
        }
        return Loaded(policy: Policy.missing(reason: Self.absence(stateDirectory)), bytes: [], path: nil)
      }
    } catch {
      throw PolicySourceError(error.lines)
    }
  }

  /// What to tell a person who has no policy.
  static func absence(_ stateDirectory: String) -> String {
    "there is no policy: start czproxy with --policy FILE, or put a policy.yaml into \(stateDirectory)"
  }

  // MARK: One file

  /// Loads one file: a local policy, or a bundle's payload.
  public static func load(_ path: String, isPayload: Bool = false) throws(PolicyError) -> Loaded {
    let bytes = try read(path)
    let locale = Environment.value("CONTROLZERO_LOCALE") ?? ""
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

extension PolicySource.Loaded {
  /// The same, with what the signature beside the file says.
  fileprivate func checked() -> PolicySource.Loaded {
    var loaded = self
    loaded.isTampered = path.map { PolicySignature.isBroken(of: bytes, at: $0) } ?? false
    return loaded
  }
}

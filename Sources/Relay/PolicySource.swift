public import Policy
import System

/// Finds and loads the policy of a session.
public struct PolicySource: Sendable {
  /// What was loaded, and the bytes it came from, for the record.
  public struct Loaded: Sendable {
    public let policy: Policy
    public let bytes: [UInt8]
    /// Nil when there is none.
    public let path: String?
  }

  private static let fileNames = ["policy.yaml", "policy.yml", "policy.json"]
  private static let maxBytes = 16 << 20

  /// Loads the file that was named, or the one in the state directory; without either, the policy that denies all.
  ///
  /// The working directory is never searched: a repository that somebody cloned must not bring its own policy.
  public static func load(_ source: RunOptions.Source, stateDirectory: String) throws(PolicyError) -> Loaded {
    switch source {
    case .file(let path):
      return try load(path)
    case .stateDirectory:
      for name in fileNames {
        let path = stateDirectory + "/" + name
        let bytes: [UInt8]
        do throws(FileReader.Failure) {
          bytes = try FileReader.read(path, limit: maxBytes)
        } catch .missing {
          continue
        } catch {
          throw failure(error, path)
        }
        return try parse(bytes, path)
      }
      return Loaded(policy: Policy.missing(reason: absence(stateDirectory)), bytes: [], path: nil)
    }
  }

  /// What to tell a person who has no policy.
  static func absence(_ stateDirectory: String) -> String {
    "there is no policy: start czproxy with --policy FILE, or put a policy.yaml into \(stateDirectory)"
  }

  /// Loads one file: a local policy, or a bundle's payload.
  public static func load(_ path: String, isPayload: Bool = false) throws(PolicyError) -> Loaded {
    try parse(try read(path), path, isPayload: isPayload)
  }

  /// The bytes of a file of no more than a policy's greatest size.
  public static func read(_ path: String) throws(PolicyError) -> [UInt8] {
    do throws(FileReader.Failure) {
      return try FileReader.read(path, limit: maxBytes)
    } catch {
      throw failure(error, path)
    }
  }

  private static func parse(_ bytes: [UInt8], _ path: String, isPayload: Bool = false) throws(PolicyError) -> Loaded {
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

  private static func failure(_ error: FileReader.Failure, _ path: String) -> PolicyError {
    switch error {
    case .missing: failure("there is no such file", path)
    case .unreadable(let error): failure(error.reason, path)
    case .notAFile: failure("it is not a file", path)
    case .tooLarge: failure("it is larger than \(maxBytes) bytes", path)
    }
  }

  private static func failure(_ reason: String, _ path: String) -> PolicyError {
    PolicyError(fileName: path, diagnostics: [.init(code: .load, message: reason)])
  }
}

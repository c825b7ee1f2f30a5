public import Policy

/// Finds and loads the policy of a session.
public struct PolicySource: Sendable {
  /// What was loaded, and the bytes it came from, for the record.
  public struct Loaded: Sendable {
    public let policy: Policy
    public let bytes: [UInt8]
    /// Nil when there is none.
    public let path: String?
  }

  /// Why the policy that was asked for can't be used.
  public struct Failure: Error, Sendable, CustomStringConvertible {
    /// One for each thing that is wrong.
    public let lines: [String]
    public var description: String { lines.joined(separator: "\n") }
  }

  private static let fileNames = ["policy.yaml", "policy.yml", "policy.json"]
  private static let maxBytes = 16 << 20

  /// Loads the file that was named, or the one in the state directory; without either, the policy that denies all.
  ///
  /// The working directory is never searched: a repository that somebody cloned must not bring its own policy.
  public static func load(_ source: RunOptions.Source, stateDirectory: String) throws(Failure) -> Loaded {
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

  /// Loads one file.
  public static func load(_ path: String) throws(Failure) -> Loaded {
    let bytes: [UInt8]
    do throws(FileReader.Failure) {
      bytes = try FileReader.read(path, limit: maxBytes)
    } catch {
      throw failure(error, path)
    }
    return try parse(bytes, path)
  }

  private static func parse(_ bytes: [UInt8], _ path: String) throws(Failure) -> Loaded {
    guard let format = PolicyFormat(fileName: path) else {
      throw Failure(lines: ["\(path): E1202: a policy is a .yaml, .yml or .json file"])
    }
    do {
      return Loaded(policy: try Policy.load(local: bytes, format: format, fileName: path), bytes: bytes, path: path)
    } catch {
      throw Failure(lines: error.lines)
    }
  }

  private static func failure(_ error: FileReader.Failure, _ path: String) -> Failure {
    let reason =
      switch error {
      case .missing: "there is no such file"
      case .unreadable(let error): error.reason
      case .notAFile: "it is not a file"
      case .tooLarge: "it is larger than \(maxBytes) bytes"
      }
    return Failure(lines: ["\(path): E1202: \(reason)"])
  }
}

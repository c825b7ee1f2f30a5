import HostConfig
import Platform

/// The config file of an MCP host, as it was when it was read.
struct HostConfigFile {
  /// What is wrong, with the place.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// As it was named.
  let path: String
  let config: HostConfig
  /// The file itself, links followed.
  private let target: String
  private let identity: FileIdentity?

  init(_ path: String) throws(Failure) {
    self.path = path
    target = Self.resolved(path)
    identity = FileIdentity(of: target)
    let bytes = try Self.read(target, namedAs: path)
    do throws(HostConfigError) {
      config = try HostConfig(bytes, format: HostConfig.Format(fileName: path))
    } catch {
      throw Failure(description: "\(path):\(error.place == nil ? " " : "")\(error)")
    }
  }

  /// The file that a path leads to. By the system: `URL` takes `..` away before it follows links, and arrives elsewhere.
  private static func resolved(_ path: String) -> String {
    guard let resolved = unsafe realpath(path, nil) else { return path }
    defer { unsafe free(resolved) }
    return unsafe String(cString: resolved)
  }

  private static func read(_ target: String, namedAs path: String) throws(Failure) -> [UInt8] {
    do throws(FileReader.Failure) {
      return try FileReader.read(target, limit: HostConfig.maxBytes)
    } catch {
      throw Failure(description: "\(path): \(error)")
    }
  }

  /// Puts new content in the file's place, whole or not at all, with the file's permissions.
  func replace(with bytes: [UInt8]) throws(Failure) {
    // The host may have written it since.
    guard FileIdentity(of: target) == identity else {
      throw Failure(description: "\(path): it was changed meanwhile, and nothing was written: try again")
    }
    guard Access.isOwn(target) else {
      throw Failure(description: "\(path): it belongs to another user, who could not use it any more: be that user")
    }
    do throws(SystemError) {
      let permissions = mode_t(FileReader.permissions(of: target) ?? 0o600)
      try AtomicFile.write(bytes, to: target, permissions: permissions, ignoresMask: true)
    } catch {
      throw Failure(description: "\(path): it can't be written: \(error.reason)")
    }
  }
}

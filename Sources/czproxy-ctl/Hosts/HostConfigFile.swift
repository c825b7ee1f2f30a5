import Foundation
import HostConfig
import Platform

/// The config file of an MCP host, with its content at the time of reading.
struct HostConfigFile {
  struct Failure: Error, CustomStringConvertible {
    let path: String
    var place: TextPlace?
    let message: String

    var description: String {
      "\(path):\(place.map { "\($0.line):\($0.column):" } ?? "") \(message)"
    }
  }

  /// The path as the user wrote it.
  let path: String
  let config: HostConfig
  /// The path of the file itself, with links resolved.
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
      throw Failure(path: path, place: error.place, message: error.message)
    }
  }

  /// The configs that exist in the usual places of hosts.
  static func known() -> [String] {
    let directory = FileManager.default.currentDirectoryPath
    var seen = Set<String>()
    return KnownHost.all.flatMap { host in
      host.paths(
        home: Environment.value("HOME"), workingDirectory: directory, variable: Environment.value,
        names: { (try? Directory.names(in: $0)) ?? [] })
    }
    .filter { FileIdentity(of: $0) != nil }
    .filter { seen.insert(URL(fileURLWithPath: $0).resolvingSymlinksInPath().path).inserted }
  }

  /// The path with links resolved by the system: `URL` removes `..` before it follows links, which can lead elsewhere.
  private static func resolved(_ path: String) -> String {
    guard let resolved = unsafe realpath(path, nil) else { return path }
    defer { unsafe free(resolved) }
    return unsafe String(cString: resolved)
  }

  private static func read(_ target: String, namedAs path: String) throws(Failure) -> [UInt8] {
    do throws(FileReader.Failure) {
      return try FileReader.read(target, limit: HostConfig.maxBytes)
    } catch {
      throw Failure(path: path, message: "\(error)")
    }
  }

  /// Replaces the file atomically, and keeps its permissions and its group.
  func replace(with bytes: [UInt8]) throws(Failure) {
    // The host may have written the file since it was read.
    guard FileIdentity(of: target) == identity else {
      throw Failure(path: path, message: "it was changed meanwhile, and nothing was written: try again")
    }
    guard Access.isOwn(target) else {
      throw Failure(
        path: path, message: "it belongs to another user, who could no longer use it: run this as that user")
    }
    // With SIGXFSZ ignored, a limit on file sizes is an error. It would otherwise end the process and leave half a file.
    _ = signal(SIGXFSZ, SIG_IGN)
    do throws(SystemError) {
      let permissions = mode_t(FileReader.permissions(of: target) ?? 0o600)
      // Otherwise, a directory that gives its group to new files would reveal the secrets in `env` to that group.
      let group = FileReader.group(of: target) ?? getegid()
      try AtomicFile.write(bytes, to: target, permissions: permissions, group: group)
    } catch {
      throw Failure(path: path, message: "it can't be written: \(error.reason)")
    }
  }
}

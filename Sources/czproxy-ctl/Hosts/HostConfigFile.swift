import Foundation
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

  /// The configs of hosts that are in their usual places.
  static func known() -> [String] {
    let directory = FileManager.default.currentDirectoryPath
    var seen = Set<String>()
    return KnownHost.all.flatMap { host in
      host.paths(
        home: Environment.value("HOME"), workingDirectory: directory, variable: Environment.value,
        names: Directory.names)
    }
    .filter { FileIdentity(of: $0) != nil }
    .filter { seen.insert(URL(fileURLWithPath: $0).resolvingSymlinksInPath().path).inserted }
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

  /// Puts new content in the file's place, whole or not at all, with the file's permissions and for its group.
  func replace(with bytes: [UInt8]) throws(Failure) {
    // The host may have written it since.
    guard FileIdentity(of: target) == identity else {
      throw Failure(description: "\(path): it was changed meanwhile, and nothing was written: try again")
    }
    guard Access.isOwn(target) else {
      throw Failure(description: "\(path): it belongs to another user, who could not use it any more: be that user")
    }
    // A limit on the size of files is an error, and not an end that would leave half a file beside this one.
    _ = signal(SIGXFSZ, SIG_IGN)
    do throws(SystemError) {
      let permissions = mode_t(FileReader.permissions(of: target) ?? 0o600)
      // Without it, a directory that gives its group to new files would show them what stands in `env`.
      let group = FileReader.group(of: target) ?? getegid()
      try AtomicFile.write(bytes, to: target, permissions: permissions, group: group)
    } catch {
      throw Failure(description: "\(path): it can't be written: \(error.reason)")
    }
  }
}

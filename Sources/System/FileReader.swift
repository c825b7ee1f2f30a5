/// Reads the small files that the proxy is told about.
package enum FileReader {
  package enum Failure: Error, Equatable, CustomStringConvertible {
    case missing
    case unreadable(SystemError)
    case notAFile
    case tooLarge(limit: Int)

    package var description: String {
      switch self {
      case .missing: "there is no such file"
      case .unreadable(let error): error.reason
      case .notAFile: "it is not a file"
      case .tooLarge(let limit): "it is larger than \(limit) bytes"
      }
    }
  }

  /// The bytes of a regular file of at most `limit` bytes.
  package static func read(_ path: String, limit: Int) throws(Failure) -> [UInt8] {
    // A name may stand for a pipe or a device: opening must not wait.
    let number = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard number >= 0 else {
      throw errno == ENOENT || errno == ENOTDIR ? .missing : .unreadable(SystemError("open", errno))
    }
    let file = Descriptor(number)
    var status = stat()
    guard unsafe fstat(file.number, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { throw .notAFile }
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count: Int
      do {
        count = try unsafe part.withUnsafeMutableBytes { try unsafe file.read(into: $0) } ?? 0
      } catch let error as SystemError {
        throw .unreadable(error)
      } catch {
        throw .notAFile
      }
      if count == 0 { return bytes }
      bytes += part.prefix(count)
      guard bytes.count <= limit else { throw .tooLarge(limit: limit) }
    }
  }
}

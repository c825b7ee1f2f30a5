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
      case .notAFile: "it is not a regular file"
      case .tooLarge(let limit): "it is larger than \(limit) bytes"
      }
    }
  }

  /// The bytes of a regular file of at most `limit` bytes.
  package static func read(_ path: String, limit: Int) throws(Failure) -> [UInt8] {
    // The path may lead to a pipe or a device: opening it must not block.
    let number = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard number >= 0 else {
      throw errno == ENOENT || errno == ENOTDIR ? .missing : .unreadable(SystemError("open", errno))
    }
    let file = Descriptor(number)
    var status = stat()
    guard unsafe fstat(file.number, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { throw .notAFile }
    do {
      // One buffer for the whole file, so that whoever reads a secret can wipe it, unless the file grows meanwhile; one
      // more byte shows that.
      var capacity = min(Int(status.st_size), limit) + 1
      var bytes: [UInt8] = []
      while true {
        let start = bytes
        bytes = try unsafe [UInt8](unsafeUninitializedCapacity: capacity) { space, count in
          count = unsafe space.initialize(fromContentsOf: start)
          try unsafe fill(space, &count, from: file)
        }
        guard bytes.count <= limit else { throw Failure.tooLarge(limit: limit) }
        guard bytes.count == capacity else { return bytes }
        capacity = min(2 * capacity, limit) + 1
      }
    } catch let failure as Failure {
      throw failure
    } catch let error as SystemError {
      throw .unreadable(error)
    } catch {
      throw .notAFile
    }
  }

  /// The permission bits of the file that a path leads to; nil if there is no file that can be examined.
  package static func permissions(of path: String) -> UInt32? {
    var status = stat()
    return unsafe stat(path, &status) == 0 ? UInt32(status.st_mode & 0o777) : nil
  }

  /// The group of the file that a path leads to; nil if there is none or it can't be looked at.
  package static func group(of path: String) -> gid_t? {
    var status = stat()
    return unsafe stat(path, &status) == 0 ? status.st_gid : nil
  }

  /// Reads until the end of the file, or until the space is full.
  private static func fill(
    _ space: UnsafeMutableBufferPointer<UInt8>, _ count: inout Int, from file: borrowing Descriptor
  ) throws {
    while count < space.count {
      let part = unsafe UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(space)[count...])
      guard let read = try unsafe file.read(into: part), read > 0 else { return }
      count += read
    }
  }
}

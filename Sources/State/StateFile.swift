internal import Platform

/// Writes files that another process may be reading.
package enum StateFile {
  /// Creates a directory that only its owner may enter; an existing one is no error.
  package static func makeDirectory(_ path: String) throws(StateError) {
    do throws(SystemError) {
      try Directory.make(path)
    } catch {
      throw StateError("create", path, error.number)
    }
  }

  /// Replaces a file as a whole. A failure leaves the old file as it was; the new one survives a loss of power.
  package static func replaceDurably(_ path: String, with bytes: [UInt8]) throws(StateError) {
    do throws(SystemError) {
      try AtomicFile.write(bytes, to: path)
    } catch {
      throw StateError("write", path, error.number)
    }
  }

  /// Replaces a file that may be an older version after a loss of power; only for a file's only writer. This is many
  /// times as fast, and the next call overwrites whatever a killed writer left behind.
  package static func replace(_ path: String, with bytes: [UInt8]) throws(StateError) {
    let temporary = path + ".new"
    _ = unsafe unlink(temporary)
    let number = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard number >= 0 else { throw StateError("write", path, errno) }
    let file = Descriptor(number)
    do throws(SystemError) {
      try Descriptor.writeAll(bytes, to: file.number)
      guard unsafe rename(temporary, path) == 0 else { throw SystemError("rename", errno) }
    } catch {
      _ = unsafe unlink(temporary)
      throw StateError("write", path, error.number)
    }
  }

  /// Appends a line to a file; creates a missing one.
  package static func append(line: [UInt8], to path: String) throws(StateError) {
    do throws(SystemError) {
      try Descriptor.append(line: line, to: path)
    } catch {
      throw StateError("write", path, error.number)
    }
  }

  /// The bytes of a file; nil if there is none.
  package static func read(_ path: String, limit: Int) throws(StateError) -> [UInt8]? {
    do throws(FileReader.Failure) {
      return try FileReader.read(path, limit: limit)
    } catch .missing {
      return nil
    } catch .unreadable(let error) {
      throw StateError("read", path, error.number)
    } catch {
      throw StateError(.malformed, "`\(path)` is not a file of at most \(limit) bytes")
    }
  }
}

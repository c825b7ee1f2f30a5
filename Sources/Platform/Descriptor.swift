private import CShims

/// A file descriptor that is closed when this value is destroyed.
package struct Descriptor: ~Copyable {
  package let number: Int32

  package init(_ number: Int32) {
    self.number = number
  }

  deinit {
    if number >= 0 { _ = close(number) }
  }

  /// Reads what is available, up to `space.count` bytes; 0 at the end, nil if nothing is available yet.
  package func read(into space: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int? {
    try unsafe Self.read(number, into: space)
  }

  /// The same for a descriptor that somebody else holds open.
  package static func read(_ number: Int32, into space: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int? {
    let count = unsafe cz_read(number, space.baseAddress, space.count)
    if count >= 0 { return count }
    if errno == EAGAIN { return nil }
    throw SystemError("read", errno)
  }

  /// Writes all of the bytes to a descriptor that blocks, in as many calls as that takes.
  package static func writeAll(_ bytes: [UInt8], to number: Int32) throws(SystemError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { unsafe write(number, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw SystemError("write", count < 0 ? errno : ENOSPC) }
      rest = rest.dropFirst(count)
    }
  }
}

private import CShims
internal import Platform

/// A pipe that ends a wait in poll(2) from another thread.
final class Waker: Sendable {
  let reader: Int32
  private let writer: Int32

  init() throws(SystemError) {
    var ends: (Int32, Int32) = (-1, -1)
    let failed = unsafe cz_pipe(&ends.0, &ends.1)
    guard failed == 0 else { throw SystemError("pipe", failed) }
    (reader, writer) = ends
    _ = cz_set_nonblocking(reader)
    _ = cz_set_nonblocking(writer)
  }

  deinit {
    _ = close(reader)
    _ = close(writer)
  }

  func wake() {
    var byte: UInt8 = 1
    // A full pipe wakes as well. This object owns the reader, so the pipe can't be broken.
    _ = unsafe write(writer, &byte, 1)
  }

  func drain() {
    var bytes = [UInt8](repeating: 0, count: 256)
    while unsafe bytes.withUnsafeMutableBytes({ unsafe cz_read(reader, $0.baseAddress, $0.count) }) > 0 {}
  }
}

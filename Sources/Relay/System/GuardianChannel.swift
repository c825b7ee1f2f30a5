private import CShims
internal import Platform

/// The dialog between the proxy and its ``Guardian``: five bytes per message over a socket pair.
struct GuardianChannel: ~Copyable {
  enum Message: Equatable {
    /// To the guardian: start the server.
    case start
    /// To the guardian: send this signal to the server and its descendants.
    case signal(Int32)
    /// From the guardian: the server runs, with this process id.
    case started(Int32)
    /// From the guardian: it could not be started, for this error number.
    case failed(Int32)
    /// From the guardian: the server ended, with the status that waitpid(2) gave.
    case ended(Int32)
  }

  let descriptor: Descriptor

  func send(_ message: Message) {
    let (tag, value): (UInt8, Int32) =
      switch message {
      case .start: (0, 0)
      case .signal(let number): (1, number)
      case .started(let process): (2, process)
      case .failed(let number): (3, number)
      case .ended(let status): (4, status)
      }
    let bytes: [5 of UInt8] = [
      tag, UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8),
      UInt8(truncatingIfNeeded: value >> 16), UInt8(truncatingIfNeeded: value >> 24),
    ]
    // If the other side is gone, reading shows it.
    _ = unsafe bytes.span.withUnsafeBytes { unsafe cz_send_nonblocking(descriptor.number, $0.baseAddress, $0.count) }
  }

  /// Tells the other side that nothing more is coming.
  func hangUp() {
    _ = shutdown(descriptor.number, Int32(SHUT_RDWR))
  }

  /// Waits for the next message; nil if the other side is gone.
  func receive() -> Message? {
    var bytes = [5 of UInt8](repeating: 0)
    var filled = 0
    while filled < bytes.count {
      var span = bytes.mutableSpan
      let count = try? unsafe span.withUnsafeMutableBytes { space in
        try unsafe descriptor.read(into: UnsafeMutableRawBufferPointer(rebasing: space[filled...]))
      }
      guard let count, count > 0 else { return nil }
      filled += count
    }
    let value =
      Int32(bytes[1]) | Int32(bytes[2]) << 8 | Int32(bytes[3]) << 16
      | Int32(truncatingIfNeeded: UInt32(bytes[4]) << 24)
    return switch bytes[0] {
    case 0: .start
    case 1: .signal(value)
    case 2: .started(value)
    case 3: .failed(value)
    case 4: .ended(value)
    default: nil
    }
  }
}

private import CShims
internal import Platform

/// A destination for lines: what can't be written at once waits here, and nothing else is blocked by it.
///
/// A descriptor that is shared with the host and its other children must not be made nonblocking, so there are three
/// ways to write to one; see ``Way``.
struct Sink: ~Copyable {
  private enum Way {
    /// The descriptor is ours alone and does not block.
    case plain
    /// `send` has a flag for not blocking.
    case socket
    /// Poll, then write no more than a pipe that has room takes at once (POSIX: PIPE_BUF).
    case asking
  }

  /// The minimum that POSIX promises, and the value of Linux.
  #if canImport(Darwin)
    static let atOnce = 512
  #else
    static let atOnce = 4096
  #endif

  private var descriptor: Descriptor?
  private let way: Way
  private var queue: [UInt8] = []
  private var sent = 0

  /// Bytes of our own lines that wait; see ``Checkpoint``.
  private(set) var ownBytes = 0
  /// Whether nothing more is taken. A sink that is neither open nor closing is one that nobody reads any more.
  private(set) var isClosing = false

  /// A descriptor that is shared with others, such as standard output.
  ///
  /// A terminal that says that it has room may not have it for a whole part.
  init(shared number: Int32) {
    switch cz_descriptor_kind(number) {
    case 1, 3:
      let reopened = cz_reopen_nonblocking(number)
      way = reopened >= 0 ? .plain : .asking
      descriptor = Descriptor(reopened >= 0 ? reopened : number)
      if reopened >= 0 { _ = close(number) }
    case 2:
      way = .socket
      descriptor = Descriptor(number)
    default:
      way = .asking
      descriptor = Descriptor(number)
    }
  }

  /// One end of a pipe that this process made.
  init(own descriptor: consuming Descriptor) {
    _ = cz_set_nonblocking(descriptor.number)
    way = .plain
    self.descriptor = consume descriptor
  }

  var isOpen: Bool { descriptor != nil }

  /// The error of a write that found no room, as in a file on a full disk; nil if nobody read any more.
  private(set) var failure: SystemError?

  /// Bytes that wait.
  var backlog: Int { queue.count - sent }

  /// The descriptor to poll for room while something waits; otherwise -1.
  var waitingDescriptor: Int32 { backlog > 0 ? number : -1 }

  var number: Int32 {
    switch descriptor {
    case .some(let descriptor): descriptor.number
    case .none: -1
    }
  }

  /// Takes a whole line: what can't be written now is written later, in order.
  ///
  /// - Parameter isBatched: whether the line goes out with the next ``flush()``, because more follows.
  mutating func send(_ line: ArraySlice<UInt8>, isOwn: Bool = false, isBatched: Bool = false) {
    // Nothing follows the last line: it may have no line end, and more bytes would become part of it.
    guard isOpen, !isClosing else { return }
    var rest = line
    if backlog == 0, !isBatched {
      let count = write(line)
      guard isOpen else { return }
      rest = line.dropFirst(count)
    }
    guard !rest.isEmpty else { return }
    queue += rest
    if isOwn { ownBytes += rest.count }
  }

  /// Writes what waits, as far as there is room.
  mutating func flush() {
    guard isOpen, backlog > 0 else { return }
    sent += write(queue[sent...])
    guard isOpen else { return }
    // It is unknown which of the bytes are our own, but they can't be more than wait: a queue that is never quite
    // empty, because the server goes on speaking, must not count what has long gone out.
    ownBytes = min(ownBytes, backlog)
    if sent == queue.count {
      // Gives back a queue that a large line made grow.
      queue.removeAll(keepingCapacity: queue.capacity <= 1 << 20)
      sent = 0
      ownBytes = 0
      if isClosing { shut() }
    } else if sent > 1 << 20, sent > queue.count / 2 {
      queue.removeFirst(sent)
      sent = 0
    }
  }

  /// Closes the sink as soon as what waits is written.
  mutating func finish() {
    isClosing = true
    if backlog == 0 { shut() }
  }

  /// Closes the sink now; what waits is lost.
  mutating func shut() {
    descriptor = nil
    queue = []
    sent = 0
    ownBytes = 0
  }

  /// Writes until there is no room; closes the sink when nobody reads it any more.
  private mutating func write(_ bytes: ArraySlice<UInt8>) -> Int {
    let number = number
    var written = 0
    while written < bytes.count {
      if way == .asking, !Self.hasRoom(number) { break }
      let part = bytes.dropFirst(written).prefix(way == .asking ? Self.atOnce : Int.max)
      let count = unsafe part.withUnsafeBytes { buffer in
        switch way {
        case .socket: unsafe cz_send_nonblocking(number, buffer.baseAddress, buffer.count)
        default: unsafe systemWrite(number, buffer.baseAddress, buffer.count)
        }
      }
      if count >= 0 {
        written += count
        continue
      }
      switch errno {
      case EINTR: continue
      case EAGAIN: return written
      case let number:
        if [ENOSPC, EDQUOT, EFBIG].contains(number) { failure = SystemError("write", number) }
        shut()
        return 0
      }
    }
    return written
  }

  /// Whether a write of ``atOnce`` bytes would not block.
  static func hasRoom(_ number: Int32) -> Bool {
    var request = pollfd(fd: number, events: Int16(POLLOUT), revents: 0)
    // The write reports an error.
    return unsafe poll(&request, 1, 0) > 0
  }
}

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  unsafe write(descriptor, bytes, count)
}

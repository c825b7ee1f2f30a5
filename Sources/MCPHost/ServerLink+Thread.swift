private import CShims
internal import Platform
internal import Synchronization
internal import Wire

/// The thread of a running server.
extension ServerLink {
  private static let maxLineBytes = 64 << 20
  /// How often to check that the server is still there while a request waits, in milliseconds.
  private static let lookInterval: UInt64 = 500

  func serve(_ child: consuming ServerChild) {
    var framer = LineFramer(maxLineBytes: Self.maxLineBytes)
    var writing: [UInt8] = []
    var written = 0
    // Bytes that the server's input has taken.
    var sent = 0
    while true {
      if written == writing.count {
        (writing, written) = (state.withLock { Self.take(&$0.outgoing) }, 0)
      }
      if written < writing.count { written = Self.write(writing, from: written, to: &child.input, &sent) }
      expire(MonotonicClock.nanoseconds())
      let (isClosing, isAwaited, wait) = nextWait()
      if isClosing { break }
      if isAwaited, child.hasEnded, !Self.hasInput(child.output.number) { break }
      var requests = [
        pollfd(fd: child.output.number, events: Int16(POLLIN), revents: 0),
        pollfd(fd: waker.reader, events: Int16(POLLIN), revents: 0),
        pollfd(fd: written < writing.count ? Self.number(child.input) : -1, events: Int16(POLLOUT), revents: 0),
      ]
      _ = unsafe poll(&requests, 3, wait)
      if requests[1].revents != 0 { waker.drain() }
      if requests[0].revents != 0, !receive(child.output.number, &framer) { break }
    }
    if let item = framer.finish() { take(item) }
    let unread = Int(cz_unread_bytes(Self.number(child.input)))
    let (waiters, failure) = state.withLock { state in
      state.hasReadNothing = sent == max(unread, 0)
      let failure = state.isClosing ? MCPFailure.closed : .ended
      state.end = failure
      state.outgoing = []
      defer { state.waiters = [:] }
      return (state.waiters, failure)
    }
    toolsChanged()
    for waiter in waiters.values { waiter.completion(.failure(failure)) }
    child.end()
  }

  private static func take(_ bytes: inout [UInt8]) -> [UInt8] {
    defer { bytes = [] }
    return bytes
  }

  private static func number(_ descriptor: borrowing Descriptor?) -> Int32 {
    switch descriptor {
    case .some(let descriptor): descriptor.number
    case .none: -1
    }
  }

  /// Writes while there is room; drops what a server that no longer reads does not take.
  private static func write(_ bytes: [UInt8], from start: Int, to input: inout Descriptor?, _ sent: inout Int) -> Int {
    var start = start
    let number = number(input)
    guard number >= 0 else { return bytes.count }
    while start < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { buffer in
        unsafe Platform.write(number, buffer.baseAddress?.advanced(by: start), buffer.count - start)
      }
      if count >= 0 {
        start += count
        sent += count
      } else if errno == EAGAIN {
        return start
      } else if errno != EINTR {
        input = nil
        return bytes.count
      }
    }
    return start
  }

  /// Whether the link is closing, whether a request waits for its answer, and the longest wait, in milliseconds.
  private func nextWait() -> (isClosing: Bool, isAwaited: Bool, wait: Int32) {
    let (isClosing, first) = state.withLock { ($0.isClosing, $0.waiters.values.lazy.map(\.deadline).min()) }
    guard let first else { return (isClosing, false, -1) }
    let now = MonotonicClock.nanoseconds()
    let left = first > now ? (first - now) / 1_000_000 + 1 : 0
    return (isClosing, true, Int32(min(left, Self.lookInterval)))
  }

  private func expire(_ now: UInt64) {
    let late = state.withLock { state in
      let late = state.waiters.filter { $0.value.deadline <= now }
      for id in late.keys { state.waiters[id] = nil }
      return late
    }
    for (id, waiter) in late {
      postCancellation(of: id, reason: "it took too long")
      waiter.completion(.failure(.silent(method: waiter.method)))
    }
  }

  private static func hasInput(_ number: Int32) -> Bool {
    var request = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
    return unsafe poll(&request, 1, 0) > 0 && request.revents & Int16(POLLIN) != 0
  }

  /// Returns whether there may be more to read.
  private func receive(_ output: Int32, _ framer: inout LineFramer) -> Bool {
    var count: Int? = 0
    unsafe framer.receive { space in
      do throws(SystemError) {
        count = try unsafe Descriptor.read(output, into: space)
      } catch {
        count = 0
      }
      return count ?? 0
    }
    while let item = framer.next() { take(item) }
    return count != 0
  }
}

public import System
public import Wire

/// A server that we are the host of: lines out, lines in, over its stdio.
public struct ServerConnection: ~Copyable {
  private let server: ServerProcess
  private var sink: Sink
  private var framer: LineFramer
  private var hasEnded = false

  /// Starts a server; its standard error is ours.
  public static func start(_ command: [String], maxLineBytes: Int = 64 << 20) throws(SystemError) -> ServerConnection {
    var server = try ServerProcess.prepare(command: command)
    do throws(SystemError) {
      try server.start()
    } catch {
      server.end()
      throw error
    }
    // A server that is gone shows when we read.
    _ = signal(SIGPIPE, SIG_IGN)
    guard let input = server.input.take() else { throw SystemError("pipe", EBADF) }
    return ServerConnection(server: server, sink: Sink(own: input), framer: LineFramer(maxLineBytes: maxLineBytes))
  }

  private init(server: consuming ServerProcess, sink: consuming Sink, framer: consuming LineFramer) {
    self.server = server
    self.sink = sink
    self.framer = framer
  }

  /// Sends one message; the line end is added.
  public mutating func send(_ message: [UInt8]) {
    sink.send((message + [UInt8(ascii: "\n")])[...])
  }

  /// The next line; nil when the server closed its output, or said nothing for so long.
  ///
  /// - Parameter timeout: in milliseconds.
  public mutating func receive(timeout: Int32) -> LineFramer.Item? {
    let until = MonotonicClock.nanoseconds() + UInt64(max(timeout, 0)) * 1_000_000
    while true {
      if let item = framer.next() { return item }
      if hasEnded { return framer.finish() }
      let now = MonotonicClock.nanoseconds()
      guard now < until else { return nil }
      var requests = [
        pollfd(fd: server.output.number, events: Int16(POLLIN), revents: 0),
        pollfd(fd: sink.waitingDescriptor, events: Int16(POLLOUT), revents: 0),
      ]
      _ = unsafe poll(&requests, 2, Int32(clamping: (until - now) / 1_000_000 + 1))
      if requests[1].revents != 0 { sink.flush() }
      guard requests[0].revents != 0 else { continue }
      let descriptor = server.output.number
      var count: Int?
      unsafe framer.receive { space in
        do throws(SystemError) {
          count = try unsafe Descriptor.read(descriptor, into: space)
        } catch {
          count = 0
        }
        return count ?? 0
      }
      if count == 0 { hasEnded = true }
    }
  }

  /// Closes the server's input, gives it a moment to end by itself, and ends what is left.
  public mutating func close() {
    sink.shut()
    while !hasEnded, receive(timeout: 1500) != nil {}
    server.end()
  }
}

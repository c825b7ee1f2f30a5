private import CShims
internal import Platform

/// Whether this process was asked to end (SIGTERM, SIGINT), and a wait that such a request cuts short.
final class StopSignal: Sendable {
  private let reader: Int32
  private let writer: Int32

  /// From now on those signals are requests. A terminal that closes, a reader that is gone and a limit on file sizes do
  /// not end the process: syncing outlives the host, and errors are reported.
  init() throws(SyncError) {
    var ends: (Int32, Int32) = (-1, -1)
    let failed = unsafe cz_pipe(&ends.0, &ends.1)
    guard failed == 0 else { throw SyncError("\(SystemError("pipe", failed))") }
    (reader, writer) = ends
    _ = cz_set_nonblocking(writer)
    for signal in [SIGTERM, SIGINT] { _ = cz_forward_signal(signal, writer) }
    for signal in [SIGHUP, SIGPIPE, SIGXFSZ] { cz_ignore_signal(signal) }
    cz_unblock_signals()
  }

  /// The byte stays in the pipe, so a request is final.
  var isSet: Bool { rest(for: .zero) }

  /// Waits for a time, or until there is a request to end; returns whether there is one.
  @discardableResult
  func rest(for time: Duration) -> Bool {
    let milliseconds = Int32(clamping: Int64(max(time, .zero) / .milliseconds(1)))
    // A millisecond more: a time that is cut to whole milliseconds would be waited for again and again.
    var entry = pollfd(fd: reader, events: Int16(POLLIN), revents: 0)
    return unsafe poll(&entry, 1, time > .zero ? milliseconds &+ 1 : 0) > 0
  }
}

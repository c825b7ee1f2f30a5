private import CShims
internal import Platform

/// Makes the signals that end a command end its server first: the server is in a process group of its own, which Ctrl-C
/// at a terminal does not reach.
enum Interruption {
  /// From now on such a signal closes the server before it ends this process. Must be called before there are threads.
  static func end(_ server: MCPServer) {
    var signals = sigset_t()
    unsafe sigemptyset(&signals)
    for number in [SIGINT, SIGTERM, SIGHUP] where !isIgnored(number) { unsafe sigaddset(&signals, number) }
    let awaited = signals
    unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
    do throws(SystemError) {
      try Thread.start {
        var (signals, number) = (awaited, Int32(0))
        guard unsafe sigwait(&signals, &number) == 0 else { return }
        server.close()
        // The parent sees which signal ended this process.
        unsafe pthread_sigmask(SIG_UNBLOCK, &signals, nil)
        _ = kill(getpid(), number)
        // No signal ends the first process of a container.
        _exit(128 + number)
      }
    } catch {
      // The signals then end this process at once, as they would have.
      unsafe pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    }
  }

  /// A parent such as nohup(1) wants its signal ignored.
  private static func isIgnored(_ number: Int32) -> Bool {
    cz_ignored_signals() & 1 << UInt64(number) != 0
  }
}

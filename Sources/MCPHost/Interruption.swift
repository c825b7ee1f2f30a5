private import CShims
internal import Platform

/// Has the signals that end a command end its server first: that is in a process group of its own, which Ctrl-C at a
/// terminal does not reach.
enum Interruption {
  /// From now on such a signal closes the server before it ends this process. To be called before there are threads.
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
        // Who started us sees what ended us.
        unsafe pthread_sigmask(SIG_UNBLOCK, &signals, nil)
        _ = kill(getpid(), number)
        // The first process of a container is ended by none.
        _exit(128 + number)
      }
    } catch {
      // Then they end this process at once, as they would have.
      unsafe pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    }
  }

  /// Whoever started us under nohup(1) wants its signal ignored.
  private static func isIgnored(_ number: Int32) -> Bool {
    cz_ignored_signals() & 1 << UInt64(number) != 0
  }
}

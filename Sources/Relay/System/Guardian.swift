private import CShims
internal import Platform

/// The process between the proxy and the server, which outlives the proxy by as long as cleaning up takes.
///
/// A host may kill the proxy with SIGKILL, and a server may be a wrapper (`npx`, `uvx`, `sh -c`) with the real server
/// beneath it. The guardian starts the server, adopts whatever its descendants leave behind, and ends them all when the
/// proxy is gone. A process that has moved to a session of its own (a daemon) is left alone. The guardian reads no
/// message and holds none of the proxy's pipes.
enum Guardian {
  /// From SIGTERM to SIGKILL for what is left when the proxy is gone, in milliseconds.
  private static let termTimeout: Int32 = 1000
  /// The same after SIGKILL.
  private static let killTimeout: Int32 = 4000
  /// This many consecutive looks must find no process.
  private static let looks = 5

  /// Never returns: the process ends here.
  static func run(
    _ channel: consuming GuardianChannel, command: UnsafePointer<UnsafeMutablePointer<CChar>?>, secrets: [String],
    input: consuming Descriptor, output: consuming Descriptor, ignoredSignals: UInt64
  ) -> Never {
    _ = cz_adopt_orphans(1)
    // Somebody may have stopped this process when the proxy is killed, which then can't continue it.
    cz_continue_without_parent()
    // What is sent to the whole process group, whatever it is, must not end the one who cleans up.
    for signal in Int32(1)..<64 where signal != SIGCHLD { cz_ignore_signal(signal) }
    cz_unblock_signals()
    let signals: SignalPipe
    // Forked while the proxy opens its log, so that the server starts at once when the proxy says so.
    let server: cz_held
    do throws(SystemError) {
      signals = try SignalPipe(forwarding: [SIGCHLD])
      server = try unsafe hold(command, input: input.number, output: output.number, ignoredSignals: ignoredSignals)
    } catch {
      if case .start? = channel.receive() { channel.send(.failed(error.number)) }
      _exit(0)
    }
    SecretEnvironment.wipe(secrets)
    // The pipes belong to the server now; standard input and output belong to the proxy.
    _ = consume input
    _ = consume output
    _ = close(0)
    _ = close(1)
    let starts = channel.receive() == .start
    let failed = cz_release(server, starts ? 1 : 0)
    guard starts else { _exit(0) }
    guard failed == 0 else {
      channel.send(.failed(failed))
      _exit(0)
    }
    channel.send(.started(server.process))
    guardServer(server.process, channel, signals)
    endDescendants(of: server.process, consume signals)
    _exit(0)
  }

  /// Forks what becomes the server; its input and output are the remaining ends of the pipes.
  private static func hold(
    _ command: UnsafePointer<UnsafeMutablePointer<CChar>?>, input: Int32, output: Int32, ignoredSignals: UInt64
  ) throws(SystemError) -> cz_held {
    var held = cz_held()
    var program = unsafe cz_program(
      argv: command, environment: nil, directory: nil, input: input, output: output, ignored_signals: ignoredSignals,
      leads_group: 0, death_signal: SIGKILL)
    let failed = unsafe cz_hold(&program, &held)
    guard failed == 0 else { throw SystemError("fork", failed) }
    return held
  }

  /// Does what the proxy asks until the proxy is gone.
  private static func guardServer(
    _ server: Int32, _ channel: borrowing GuardianChannel, _ signals: borrowing SignalPipe
  ) {
    while true {
      var requests: [2 of pollfd] = [
        pollfd(fd: channel.descriptor.number, events: Int16(POLLIN), revents: 0),
        pollfd(fd: signals.reader.number, events: Int16(POLLIN), revents: 0),
      ]
      var span = requests.mutableSpan
      let ready = unsafe span.withUnsafeMutableBufferPointer { unsafe poll($0.baseAddress, nfds_t($0.count), -1) }
      guard ready >= 0 || errno == EINTR else { return }
      if requests[1].revents != 0 {
        _ = signals.take()
        reap { process, status in
          if process == server { channel.send(.ended(status)) }
        }
      }
      if requests[0].revents != 0 {
        switch channel.receive() {
        case .signal(let number): for process in descendants(of: server) { _ = kill(process, number) }
        case nil: return
        default: break
        }
      }
    }
  }

  /// Ends the descendants that are left, and waits for them.
  ///
  /// - Parameter signals: shows at once that one has ended.
  static func endDescendants(of server: Int32, _ signals: borrowing SignalPipe? = nil) {
    for (signal, timeout) in [(SIGTERM, termTimeout), (SIGKILL, killTimeout)] {
      let until = MonotonicClock.nanoseconds() + UInt64(timeout) * 1_000_000
      var known: Set<Int32> = []
      var emptyLooks = 0
      while true {
        var ended = 0
        let isAnyLeft = reap { process, _ in
          ended += 1
          if signal == SIGKILL { killNext(after: process, server) }
        }
        guard isAnyLeft else { return }
        let left = descendants(of: server)
        // A process that forks and exits, again and again, is another one by the time that a look comes to it.
        emptyLooks = left.isEmpty && ended == 0 ? emptyLooks + 1 : 0
        if emptyLooks == looks { return }
        // A process that appears after the signal was sent gets the signal too.
        for process in left where known.insert(process).inserted || signal == SIGKILL { _ = kill(process, signal) }
        guard MonotonicClock.nanoseconds() < until else { break }
        pause(left.isEmpty ? 2 : 50, signals)
      }
    }
  }

  private static func pause(_ milliseconds: Int32, _ signals: borrowing SignalPipe?) {
    switch signals {
    case .some(let signals):
      var request = pollfd(fd: signals.reader.number, events: Int16(POLLIN), revents: 0)
      _ = unsafe poll(&request, 1, milliseconds)
      _ = signals.take()
    case .none: _ = poll(nil, 0, milliseconds)
    }
  }

  /// Kills descendants whose numbers follow that of a process that has ended: what it forked last is one of the next.
  private static func killNext(after process: Int32, _ server: Int32) {
    for next in process + 1...process + 16 where isInSession(next, of: server) && descends(next) {
      _ = kill(next, SIGKILL)
    }
  }

  /// Whether a process is in our session, or in one that the server leads; no other one is ended with the server.
  private static func isInSession(_ process: Int32, of server: Int32) -> Bool {
    let session = getsid(process)
    return session == getsid(0) || session == server
  }

  /// Whether a process is beneath this one, by few others in between.
  private static func descends(_ process: Int32) -> Bool {
    var ancestor = process
    for _ in 0..<8 {
      ancestor = cz_parent(ancestor)
      if ancestor == getpid() { return true }
      if ancestor <= 1 { return false }
    }
    return false
  }

  /// Reaps processes that ended; returns whether there are children left.
  @discardableResult
  private static func reap(_ body: (Int32, Int32) -> Void) -> Bool {
    while true {
      var status: Int32 = 0
      let process = unsafe waitpid(-1, &status, WNOHANG)
      if process == 0 { return true }
      if process < 0 {
        if errno == EINTR { continue }
        return false
      }
      body(process, status)
    }
  }

  /// If the machine has more processes than this, not all are examined; the others show at the next look.
  private static let mostProcesses = 1 << 16

  /// The processes beneath this one that belong to the server: those of our session, or of one that the server leads.
  private static func descendants(of server: Int32) -> [Int32] {
    var processes = [pid_t](repeating: 0, count: mostProcesses)
    var parents = processes
    // All are listed once: with a list for each process, a thousand would take longer than anybody waits.
    let count = unsafe cz_processes(&processes, &parents, Int32(mostProcesses))
    var children: [pid_t: [pid_t]] = [:]
    for index in 0..<Int(max(count, 0)) { children[parents[index], default: []].append(processes[index]) }
    // If /proc is of another PID namespace and lists none of our processes, the server is known all the same.
    var found = cz_has_ended(server) == 0 ? [server] : []
    var waiting = [getpid()]
    while let parent = waiting.popLast() {
      // Each is taken once: a list that is made while processes come and go may contain a cycle.
      for child in children.removeValue(forKey: parent) ?? [] {
        waiting.append(child)
        if child != server, isInSession(child, of: server) { found.append(child) }
      }
    }
    return found
  }
}

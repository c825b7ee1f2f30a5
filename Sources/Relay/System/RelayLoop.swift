internal import CShims
internal import Platform
internal import Wire

/// The only loop: one thread, one poll(2), both directions independent of each other.
struct RelayLoop: ~Copyable {
  /// The maximum number of lines that are recorded together: what is known of each is held until then.
  private static let mostTogether = 64
  /// How long the last bytes may wait, after the server's end, for a host that does not read; in nanoseconds.
  private static let drainTimeout: UInt64 = 5_000_000_000

  private var checkpoint: Checkpoint
  private let isPassThrough: Bool

  private var server: ServerProcess
  private let signals: SignalPipe
  private var lifecycle = Lifecycle()
  private var status: Int32?
  private var ending = "the server ended"

  private var hostInput: Descriptor?
  private var serverOutputIsOpen = true
  /// The end of a stream counts once every line before it is handled.
  private var hostEnded = false
  private var serverEnded = false
  private var hostReadAt: UInt64 = 0
  private var fromHost: LineFramer
  private var fromServer: LineFramer

  /// - Parameters:
  ///   - maxLineBytes: longer lines are refused.
  ///   - isPassThrough: whether nothing is judged.
  init(
    checkpoint: consuming Checkpoint, server: consuming ServerProcess, signals: consuming SignalPipe,
    maxLineBytes: Int, isPassThrough: Bool
  ) {
    fromHost = LineFramer(maxLineBytes: maxLineBytes)
    fromServer = LineFramer(maxLineBytes: maxLineBytes)
    self.checkpoint = checkpoint
    self.isPassThrough = isPassThrough
    self.signals = signals
    hostInput = Descriptor(0)
    _ = cz_set_nonblocking(server.output.number)
    self.server = server
  }

  /// Relays until the session is over; returns the exit status.
  consuming func run() -> Int32 {
    while status == nil {
      let ready = wait()
      if ready.isEmpty { continue }
      handle(ready)
    }
    drainToHost()
    // Whoever looks at the status must not take what was lost for all that there was.
    let isCut = status == 0 && checkpoint.toHost.failure != nil
    let status = isCut ? RunCommand.ExitStatus.output : status ?? RunCommand.ExitStatus.software
    checkpoint.close(status: status, reason: ending)
    server.end()
    return status
  }

  // MARK: Waiting

  private struct Ready {
    var signals, guardian, hostInput, serverOutput, toHost, toServer: Bool
    var isEmpty: Bool { !(signals || guardian || hostInput || serverOutput || toHost || toServer) }
  }

  /// -1 once the host is no longer listened to.
  private var hostInputNumber: Int32 {
    switch hostInput {
    case .some(let input): input.number
    case .none: -1
    }
  }

  private mutating func wait() -> Ready {
    let hostNumber = checkpoint.hasRoom(for: .host) ? hostInputNumber : -1
    let outputNumber = serverOutputIsOpen && checkpoint.hasRoom(for: .server) ? server.output.number : -1
    let hostIsSlow = checkpoint.toHost.backlog > 0
    func request(_ number: Int32, _ events: Int32) -> pollfd {
      pollfd(fd: number, events: Int16(events), revents: 0)
    }
    var requests = [
      request(signals.reader.number, POLLIN), request(server.channel.descriptor.number, POLLIN),
      request(hostNumber, POLLIN), request(outputNumber, POLLIN),
      // A host that is not listened to can't show that it is gone, except by no longer reading.
      request(hostNumber < 0 || hostIsSlow ? checkpoint.toHost.number : -1, hostIsSlow ? POLLOUT : 0),
      request(checkpoint.toServer.waitingDescriptor, POLLOUT),
    ]
    let deadline = min(lifecycle.deadline ?? .max, isPassThrough ? .max : checkpoint.policyDeadline)
    var timeout: Int32 = -1
    if deadline != .max {
      let now = MonotonicClock.nanoseconds()
      timeout = deadline <= now ? 0 : Int32(clamping: (deadline - now) / 1_000_000 + 1)
    }
    let count = unsafe poll(&requests, nfds_t(requests.count), timeout)
    if count <= 0 {
      awaitAnswers()
      // A host that is slow to read what the server left is waited for, as long as it goes on reading.
      let isReading = hostIsSlow && MonotonicClock.nanoseconds() &- hostReadAt < Self.drainTimeout
      act(isReading && !lifecycle.isHurried ? .serverSpoke : .tick)
      if !isPassThrough { checkpoint.lookAtPolicy() }
      return Ready(
        signals: false, guardian: false, hostInput: false, serverOutput: false, toHost: false, toServer: false)
    }
    let flags = requests.map { $0.revents != 0 }
    return Ready(
      signals: flags[0], guardian: flags[1], hostInput: flags[2], serverOutput: flags[3], toHost: flags[4],
      toServer: flags[5])
  }

  private mutating func handle(_ ready: Ready) {
    if ready.toHost {
      // With nothing to write this is an error, which poll(2) reports unasked.
      if checkpoint.toHost.backlog == 0 { checkpoint.toHost.shut() }
      checkpoint.toHost.flush()
      hostReadAt = MonotonicClock.nanoseconds()
    }
    if ready.toServer { checkpoint.toServer.flush() }
    if ready.serverOutput { readServer() }
    if ready.hostInput { readHost() }
    if ready.guardian { hearGuardian() }
    if ready.signals {
      for signal in signals.take() {
        if signal == SIGHUP, !isPassThrough {
          checkpoint.lookAtPolicy(isForced: true)
          continue
        }
        ending = "signal \(signal)"
        act(.signal(signal))
      }
    }
    // What was read before a direction had to stop is handled as soon as there is room.
    passOn(from: .host)
    passOn(from: .server)
    closeWhatIsDone()
    guard lifecycle.deadline != nil else { return }
    awaitAnswers()
    act(.tick)
  }

  /// A host that has said all that it has to say may still wait for answers.
  private mutating func awaitAnswers() {
    if checkpoint.owesHostAnAnswer { act(.answerAwaited) }
  }

  private mutating func closeWhatIsDone() {
    if !checkpoint.toHost.isOpen, !checkpoint.toHost.isClosing {
      // The host no longer reads: the server must notice as it would without the proxy.
      checkpoint.toHost.finish()
      ending = "the host reads no longer"
      if let failure = checkpoint.toHost.failure {
        ending = "standard output can't be written: \(failure.reason)"
        StandardError.report(ending)
      }
      act(.hostLeft)
    }
    if !checkpoint.toServer.isOpen, !checkpoint.toServer.isClosing {
      // The server no longer reads: the host's next write must fail as it would without the proxy.
      checkpoint.toServer.finish()
      hostInput = nil
    }
  }

  private mutating func act(_ event: Lifecycle.Event) {
    for action in lifecycle.handle(event, at: MonotonicClock.nanoseconds()) {
      switch action {
      case .closeServerInput:
        hostInput = nil
        checkpoint.toServer.finish()
        if lifecycle.isHurried { checkpoint.toServer.shut() }
      case .signalServer(let number): server.signal(number)
      case .finish(let status): self.status = status
      }
    }
  }

  private mutating func hearGuardian() {
    switch server.channel.receive() {
    case .ended(let waitStatus):
      act(.serverExited(ServerExit(waitStatus: waitStatus)))
    case nil:
      // Without its guardian the server is out of reach: ending is all that is left.
      ending = "the guardian process is gone"
      StandardError.report(ending)
      status = RunCommand.ExitStatus.software
    default:
      break
    }
  }

  // MARK: Reading

  private mutating func readHost() {
    if Self.receive(&fromHost, from: hostInputNumber) == 0 {
      hostInput = nil
      hostEnded = true
    }
  }

  private mutating func readServer() {
    if Self.receive(&fromServer, from: server.output.number) == 0 {
      serverOutputIsOpen = false
      serverEnded = true
    } else if checkpoint.toHost.isOpen {
      act(.serverSpoke)
    }
  }

  /// The number of bytes read; 0 at the end of the stream, nil if there was nothing.
  private static func receive(_ framer: inout LineFramer, from descriptor: Int32) -> Int? {
    var received: Int?
    unsafe framer.receive { space in
      // A read error counts as the end.
      do throws(SystemError) {
        received = try unsafe Descriptor.read(descriptor, into: space)
      } catch {
        received = 0
      }
      return received ?? 0
    }
    return received
  }

  // MARK: Lines

  /// Lines that came together are judged in order, recorded in one write, and sent in one write.
  private mutating func passOn(from sender: Peer) {
    if isPassThrough { return passOnUnread(from: sender) }
    while checkpoint.hasRoom(for: sender) {
      var together: [JudgedLine] = []
      var bytes = 0
      while together.count < Self.mostTogether, bytes < Checkpoint.highWater {
        guard let item = sender == .host ? fromHost.next() : fromServer.next() else {
          checkpoint.perform(together, from: sender)
          if sender == .host ? hostEnded : serverEnded { finish(from: sender) }
          return
        }
        // What waited for room is also judged by the policy of now.
        if together.isEmpty { checkpoint.lookAtPolicy() }
        if case .line(let line) = item {
          bytes += line.bytes.count
          // Short lines don't wait until a long one is judged.
          if bytes >= Checkpoint.highWater {
            checkpoint.perform(together, from: sender)
            together = []
          }
        }
        together.append(checkpoint.judge(item, from: sender))
      }
      checkpoint.perform(together, from: sender)
    }
  }

  /// If nothing is judged, it does not matter where a line ends, or how long it is.
  private mutating func passOnUnread(from sender: Peer) {
    guard checkpoint.hasRoom(for: sender) else { return }
    let bytes = sender == .host ? fromHost.takeAll() : fromServer.takeAll()
    if !bytes.isEmpty { checkpoint.passUnread(bytes, from: sender) }
    if sender == .host ? hostEnded : serverEnded { finish(from: sender) }
  }

  private mutating func finish(from sender: Peer) {
    // What follows the last line end is a line too: a server would read it as one.
    if let item = sender == .host ? fromHost.finish() : fromServer.finish() {
      checkpoint.lookAtPolicy()
      checkpoint.perform([checkpoint.judge(item, from: sender)], from: sender)
    }
    switch sender {
    case .host:
      hostEnded = false
      ending = "the host closed its end"
      act(.hostLeft)
    case .server:
      serverEnded = false
      checkpoint.toHost.finish()
      act(.serverClosedOutput)
    }
  }

  // MARK: The end

  /// Delivers the last bytes of a server that is gone to a host that still reads.
  private mutating func drainToHost() {
    let until = MonotonicClock.nanoseconds() + (lifecycle.isHurried ? 0 : Self.drainTimeout)
    while checkpoint.toHost.isOpen, checkpoint.toHost.backlog > 0 {
      let now = MonotonicClock.nanoseconds()
      guard now < until else { return }
      var request = pollfd(fd: checkpoint.toHost.waitingDescriptor, events: Int16(POLLOUT), revents: 0)
      _ = unsafe poll(&request, 1, Int32(clamping: (until - now) / 1_000_000 + 1))
      checkpoint.toHost.flush()
    }
  }
}

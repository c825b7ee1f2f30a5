internal import Audit
internal import CShims
internal import DataLoss
internal import Platform
internal import Policy
internal import Wire

/// The only loop: one thread, one poll(2), both directions independent of each other.
///
/// Memory is bounded: a direction is read only while its destination has room. If a host does not read, what the server
/// sends stops the server but not the host; denials stop the host.
struct RelayLoop: ~Copyable {
  /// A direction that has this much waiting reads no further, in bytes.
  private static let highWater = 64 << 10
  /// The maximum number of lines that are recorded together: what is known of each is held until then.
  private static let mostTogether = 64
  /// Like ``highWater``, for our own answers to a host that sends and does not read.
  private static let ownHighWater = 1 << 20
  /// How long the last bytes may wait, after the server's end, for a host that does not read; in nanoseconds.
  private static let drainTimeout: UInt64 = 5_000_000_000

  private var session: Session
  private var trail: AuditTrail
  private var watcher: PolicyWatcher
  private var launcher: SyncLauncher?
  private let isPassThrough: Bool
  private let allowsUnaudited: Bool

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
  /// The server no longer reads, so the host is not listened to either.
  private var isHostIgnored = false
  private var fromHost: LineFramer
  private var fromServer: LineFramer
  private var toHost: Sink
  private var toServer: Sink
  private var closesToHost = false
  private var closesToServer = false

  init(
    session: consuming Session, trail: consuming AuditTrail, watcher: consuming PolicyWatcher, launcher: SyncLauncher?,
    server: consuming ServerProcess, signals: consuming SignalPipe, isPassThrough: Bool, allowsUnaudited: Bool
  ) {
    let maxLineBytes = session.options.limits.maxBytes
    fromHost = LineFramer(maxLineBytes: maxLineBytes)
    fromServer = LineFramer(maxLineBytes: maxLineBytes)
    self.session = session
    self.trail = trail
    self.watcher = watcher
    self.launcher = launcher
    self.isPassThrough = isPassThrough
    self.allowsUnaudited = allowsUnaudited
    self.signals = signals
    hostInput = Descriptor(0)
    toHost = Sink(shared: 1)
    var server = server
    switch server.input.take() {
    case .some(let input): toServer = Sink(own: input)
    case .none: toServer = Sink(shared: -1)
    }
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
    let status = status == 0 && toHost.failure != nil ? RunCommand.ExitStatus.output : status ?? 70
    do throws(AuditError) {
      try trail.close(status: status, reason: ending)
    } catch {
      StandardError.report("the audit can't be closed: \(error)")
    }
    server.end()
    return status
  }

  // MARK: Waiting

  private struct Ready {
    var signals, guardian, hostInput, serverOutput, toHost, toServer: Bool
    var isEmpty: Bool { !(signals || guardian || hostInput || serverOutput || toHost || toServer) }
  }

  private var hostMaySpeak: Bool {
    toServer.backlog < Self.highWater && toHost.ownBytes < Self.ownHighWater && !closesToServer
  }

  /// -1 once the host is no longer listened to.
  private var hostInputNumber: Int32 {
    switch hostInput {
    case .some(let input): input.number
    case .none: -1
    }
  }

  private var serverMaySpeak: Bool { toHost.backlog < Self.highWater }

  private mutating func wait() -> Ready {
    let hostNumber = hostMaySpeak ? hostInputNumber : -1
    let outputNumber = serverOutputIsOpen && serverMaySpeak ? server.output.number : -1
    func request(_ number: Int32, _ events: Int32) -> pollfd {
      pollfd(fd: number, events: Int16(events), revents: 0)
    }
    var requests = [
      request(signals.reader.number, POLLIN), request(server.channel.descriptor.number, POLLIN),
      request(hostNumber, POLLIN), request(outputNumber, POLLIN),
      // A host that is not listened to can't show that it is gone, except by no longer reading.
      request(hostNumber < 0 ? toHost.number : toHost.waitingDescriptor, toHost.backlog > 0 ? POLLOUT : 0),
      request(toServer.waitingDescriptor, POLLOUT),
    ]
    let deadline = min(lifecycle.deadline ?? .max, isPassThrough ? .max : watcher.deadline)
    var timeout: Int32 = -1
    if deadline != .max {
      let now = MonotonicClock.nanoseconds()
      timeout = deadline <= now ? 0 : Int32(clamping: (deadline - now) / 1_000_000 + 1)
    }
    let count = unsafe poll(&requests, nfds_t(requests.count), timeout)
    if count <= 0 {
      awaitAnswers()
      // A host that is slow to read what the server left is waited for, as long as it goes on reading.
      let isReading = toHost.backlog > 0 && MonotonicClock.nanoseconds() &- hostReadAt < Self.drainTimeout
      act(isReading && !lifecycle.isHurried ? .serverSpoke : .tick)
      lookAtPolicy()
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
      if toHost.backlog == 0 { toHost.shut() }
      toHost.flush()
      hostReadAt = MonotonicClock.nanoseconds()
    }
    if ready.toServer { toServer.flush() }
    if ready.serverOutput { readServer() }
    if ready.hostInput { readHost() }
    if ready.guardian { hearGuardian() }
    if ready.signals {
      for signal in signals.take() {
        if signal == SIGHUP, !isPassThrough {
          watcher.force()
          lookAtPolicy()
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
    if toHost.isOpen, session.owesHostAnAnswer { act(.answerAwaited) }
  }

  private mutating func closeWhatIsDone() {
    if closesToServer, toServer.backlog == 0, toServer.isOpen { toServer.shut() }
    if closesToHost, toHost.backlog == 0, toHost.isOpen { toHost.shut() }
    if !toHost.isOpen, !closesToHost {
      // The host no longer reads: the server must notice as it would without the proxy.
      closesToHost = true
      ending = "the host reads no longer"
      if let failure = toHost.failure {
        ending = "standard output can't be written: \(failure.reason)"
        StandardError.report(ending)
      }
      act(.hostLeft)
    }
    if !toServer.isOpen, !closesToServer {
      // The server no longer reads: the host's next write must fail as it would without the proxy.
      closesToServer = true
      hostInput = nil
      isHostIgnored = true
    }
  }

  private mutating func act(_ event: Lifecycle.Event) {
    for action in lifecycle.handle(event, at: MonotonicClock.nanoseconds()) {
      switch action {
      case .closeServerInput:
        hostInput = nil
        closesToServer = true
        if toServer.backlog == 0 || lifecycle.isHurried { toServer.shut() }
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
      StandardError.report("the guardian process is gone")
      status = 70
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
    } else if toHost.isOpen {
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
    while sender == .host ? hostMaySpeak : serverMaySpeak {
      var together: [JudgedLine] = []
      var bytes = 0
      while together.count < Self.mostTogether, bytes < Self.highWater {
        guard let item = sender == .host ? fromHost.next() : fromServer.next() else {
          perform(together, from: sender)
          if sender == .host ? hostEnded : serverEnded { finish(from: sender) }
          return
        }
        // What waited for room is also judged by the policy of now.
        if together.isEmpty { lookAtPolicy() }
        if case .line(let line) = item {
          bytes += line.bytes.count
          // Short lines don't wait until a long one is judged.
          if bytes >= Self.highWater {
            perform(together, from: sender)
            together = []
          }
        }
        together.append(judge(item, from: sender))
      }
      perform(together, from: sender)
    }
  }

  /// If nothing is judged, it does not matter where a line ends, or how long it is.
  private mutating func passOnUnread(from sender: Peer) {
    guard sender == .host ? hostMaySpeak : serverMaySpeak else { return }
    let bytes = sender == .host ? fromHost.takeAll() : fromServer.takeAll()
    if !bytes.isEmpty { send(bytes, to: sender.other, isBatched: false) }
    if sender == .host ? hostEnded : serverEnded { finish(from: sender) }
  }

  private mutating func finish(from sender: Peer) {
    // What follows the last line end is a line too: a server would read it as one.
    if let item = sender == .host ? fromHost.finish() : fromServer.finish() {
      lookAtPolicy()
      perform([judge(item, from: sender)], from: sender)
    }
    switch sender {
    case .host:
      hostEnded = false
      ending = "the host closed its end"
      act(.hostLeft)
    case .server:
      serverEnded = false
      closesToHost = true
      act(.serverClosedOutput)
    }
  }

  private mutating func judge(_ item: LineFramer.Item, from sender: Peer) -> JudgedLine {
    switch item {
    case .tooLong(let line): JudgedLine(line: [], step: session.receive(line, from: sender))
    case .line(let line): JudgedLine(line: line.bytes, step: session.receive(line, from: sender))
    }
  }

  private mutating func perform(_ lines: [JudgedLine], from sender: Peer) {
    let isBatched = lines.count > 1
    do throws(AuditError) {
      try trail.write(lines)
      for judged in lines { carryOut(judged.step.effects, line: judged.line, from: sender, isBatched: isBatched) }
    } catch {
      // If rows can't be written together, some may be by themselves: each line is then handled alone.
      for judged in lines {
        if isBatched {
          perform([judged], from: sender)
        } else {
          carryOut(effectsUnrecorded(judged.step, error), line: judged.line, from: sender, isBatched: false)
        }
      }
    }
    guard isBatched else { return }
    toHost.flush()
    toServer.flush()
  }

  private mutating func effectsUnrecorded(_ step: Step, _ error: AuditError) -> [Effect] {
    guard allowsUnaudited else { return session.unrecorded(step, because: error.description) }
    StandardError.report("not on record: \(error)")
    return step.effects
  }

  private mutating func carryOut(_ effects: [Effect], line: ArraySlice<UInt8>, from sender: Peer, isBatched: Bool) {
    for effect in effects {
      switch effect {
      case .forward: send(line, to: sender.other, isBatched: isBatched)
      case .forwardEdited(let edits): send(ByteEdit.apply(edits, to: line)[...], to: sender.other, isBatched: isBatched)
      case .send(let bytes, let receiver): send(bytes[...], to: receiver, isOwn: true, isBatched: isBatched)
      case .report(let text): StandardError.report(text)
      }
    }
  }

  private mutating func send(_ line: ArraySlice<UInt8>, to receiver: Peer, isOwn: Bool = false, isBatched: Bool) {
    // Nothing follows the last line: it may have no line end, and more bytes would become part of it.
    switch receiver {
    case .host where !closesToHost: toHost.send(line, isOwn: isOwn, isBatched: isBatched)
    case .server where !closesToServer: toServer.send(line, isOwn: isOwn, isBatched: isBatched)
    default: break
    }
  }

  // MARK: Policy

  /// Between two messages: a policy that changed judges the next one.
  private mutating func lookAtPolicy() {
    guard !isPassThrough else { return }
    let now = MonotonicClock.nanoseconds()
    launcher?.look(at: now)
    for change in watcher.look(at: now) {
      StandardError.report(change.reason)
      do throws(AuditError) {
        try trail.write(change, inForce: watcher.keeper.loaded)
      } catch {
        StandardError.report("not on record: \(error)")
      }
      guard change.isEffective else { continue }
      for warning in watcher.keeper.policy.warnings where change.code == .reloaded {
        StandardError.report("\(watcher.keeper.loaded.path ?? ""):\(warning)")
      }
      for effect in session.enforce(
        watcher.keeper.policy, obstacle: watcher.keeper.obstacle, projectID: watcher.keeper.loaded.projectID)
      {
        if case .send(let bytes, let receiver) = effect {
          send(bytes[...], to: receiver, isOwn: true, isBatched: false)
        }
      }
    }
  }

  // MARK: The end

  /// Delivers the last bytes of a server that is gone to a host that still reads.
  private mutating func drainToHost() {
    let until = MonotonicClock.nanoseconds() + (lifecycle.isHurried ? 0 : Self.drainTimeout)
    while toHost.isOpen, toHost.backlog > 0 {
      let now = MonotonicClock.nanoseconds()
      guard now < until else { return }
      var request = pollfd(fd: toHost.waitingDescriptor, events: Int16(POLLOUT), revents: 0)
      _ = unsafe poll(&request, 1, Int32(clamping: (until - now) / 1_000_000 + 1))
      toHost.flush()
    }
  }
}

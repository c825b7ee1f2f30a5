/// How a session ends: a state machine without a clock or a process.
///
/// The delays suit what hosts do: the MCP SDKs close stdin and send SIGTERM 2 s later; Claude Code sends SIGINT,
/// SIGTERM 100 ms later and SIGKILL after 400 ms more.
struct Lifecycle: Sendable {
  enum Event: Sendable, Equatable {
    /// The host sent its last byte, or no longer reads.
    case hostLeft
    /// This process was asked to end.
    case signal(Int32)
    /// The server wrote something that was passed on.
    case serverSpoke
    /// The server still owes the host an answer, which the host is there to read.
    case answerAwaited
    case serverClosedOutput
    case serverExited(ServerExit)
    case tick
  }

  enum Action: Sendable, Equatable {
    case closeServerInput
    case signalServer(Int32)
    case finish(status: Int32)
  }

  /// In nanoseconds.
  enum Delay {
    /// From the host's last byte, and from the server's latest since, until the server is asked to end, unless the host
    /// waits for an answer.
    static let silence: UInt64 = 1_500_000_000
    /// The limit of that wait, however much the server still has to say.
    static let maxOutput: UInt64 = 30_000_000_000
    /// From SIGTERM to SIGKILL.
    static let killAfterTerm: UInt64 = 400_000_000
    /// The same if somebody asked this process to end and will not wait.
    static let killWhenAsked: UInt64 = 250_000_000
    /// From the server's end, and its latest output since, until the relay stops listening to a descendant that holds
    /// the output open.
    static let drain: UInt64 = 500_000_000
    /// From SIGKILL until a server that can't die is left behind.
    static let abandon: UInt64 = 2_000_000_000
  }

  private var hostLeftAt: UInt64?
  private var asked: Int32?
  private var exit: ServerExit?
  private var exitedAt: UInt64 = 0
  private var outputClosed = false
  private var isFinished = false
  private var terminateAt: UInt64?
  private var killAt: UInt64?
  private var giveUpAt: UInt64?

  static let sigterm: Int32 = 15
  static let sigkill: Int32 = 9

  /// When the next `tick` is due, on the clock of `now`; nil if only an event can change something.
  var deadline: UInt64? { [terminateAt, killAt, giveUpAt].compactMap { $0 }.min() }

  /// Whether somebody waits for this process to be gone.
  var isHurried: Bool { asked != nil }

  mutating func handle(_ event: Event, at now: UInt64) -> [Action] {
    guard !isFinished else { return [] }
    var actions: [Action] = []
    switch event {
    case .hostLeft where hostLeftAt == nil:
      hostLeftAt = now
      actions.append(.closeServerInput)
      if exit == nil, killAt == nil { terminateAt = now + Delay.silence }
    case .serverSpoke where exit != nil:
      // Whoever asked this process to end does not wait for what a descendant of the server goes on saying.
      guard asked == nil else { break }
      giveUpAt = min(now + Delay.drain, exitedAt + Delay.maxOutput)
    case .serverSpoke, .answerAwaited:
      if let hostLeftAt, terminateAt != nil {
        terminateAt = min(now + Delay.silence, hostLeftAt + Delay.maxOutput)
      }
    case .signal(let number) where asked == nil:
      asked = number
      actions.append(.closeServerInput)
      if exit == nil {
        actions.append(.signalServer(Self.sigterm))
        terminateAt = nil
        killAt = now + Delay.killWhenAsked
      } else {
        giveUpAt = min(giveUpAt ?? .max, now + Delay.killWhenAsked)
      }
    case .serverClosedOutput:
      outputClosed = true
    case .serverExited(let ending) where exit == nil:
      exit = ending
      exitedAt = now
      terminateAt = nil
      killAt = nil
      giveUpAt = now + Delay.drain
    default:
      break
    }
    actions += due(at: now)
    return actions
  }

  private mutating func due(at now: UInt64) -> [Action] {
    if let exit, outputClosed || (giveUpAt.map { now >= $0 } ?? false) {
      return [finish(asked.map { 128 + $0 } ?? exit.status)]
    }
    if let giveUpAt, now >= giveUpAt { return [finish(128 + (asked ?? Self.sigkill))] }
    if let killAt, now >= killAt {
      self.killAt = nil
      giveUpAt = now + Delay.abandon
      return [.signalServer(Self.sigkill)]
    }
    if let terminateAt, now >= terminateAt {
      self.terminateAt = nil
      killAt = now + Delay.killAfterTerm
      return [.signalServer(Self.sigterm)]
    }
    return []
  }

  private mutating func finish(_ status: Int32) -> Action {
    isFinished = true
    terminateAt = nil
    killAt = nil
    giveUpAt = nil
    return .finish(status: status)
  }
}

import DataLoss
import Policy
import Relay
import Wire

/// A session, and beside it a model of what an observer sees: who waits for what. Each step is checked against the
/// model.
struct SessionModel {
  /// A forwarded request, whose sender waits for the answer.
  struct Waiting {
    let method: String
    var isCancelled = false
  }

  private(set) var world: SessionWorld
  private(set) var isQuarantined = false
  private var session: Session
  let options: Session.Options
  /// The descriptions of the tools that a person has accepted, by their names; nil for any.
  let locked: [String: String]?
  var waiting: [Peer: [RequestID: Waiting]] = [.host: [:], .server: [:]]
  private var framers: [Peer: LineFramer] = [:]

  init(settings: UInt8) {
    world = SessionWorld.all[Int(settings & 3)]
    guard let name = ServerName("s") else { fatalError("a name") }
    var options = Session.Options(server: name, context: Context())
    options.observes = settings & 0x04 != 0
    options.deniesAsError = settings & 0x08 != 0
    options.hidesDenied = settings & 0x10 == 0
    options.isStrict = settings & 0x20 != 0
    options.resultMode = ResultMode.allCases[Int(settings >> 6)]
    options.maxScannedBytes = 4096
    options.limits.maxBytes = 16 << 10
    self.options = options
    locked = settings & 3 == 3 ? Self.acceptedTools : nil
    session = Session(
      options: options, policy: world.policy, toolsLock: locked == nil ? nil : Self.toolsLock,
      monotonicNanoseconds: { 7 })
    for peer in [Peer.host, .server] { framers[peer] = LineFramer(maxLineBytes: options.limits.maxBytes) }
  }

  mutating func play(_ line: ArraySlice<UInt8>) {
    guard let word = line.first else { return }
    let rest = line.dropFirst()
    switch word {
    case UInt8(ascii: "H"): say(rest, .host, isRecorded: true)
    case UInt8(ascii: "h"): say(rest, .host, isRecorded: false)
    case UInt8(ascii: "S"): say(rest, .server, isRecorded: true)
    case UInt8(ascii: "s"): say(rest, .server, isRecorded: false)
    case UInt8(ascii: "P"):
      world = SessionWorld.all[Int(rest.first ?? 0) & 3]
      isQuarantined = false
      announced(session.enforce(world.policy, obstacle: nil))
    case UInt8(ascii: "Q"):
      isQuarantined = true
      announced(session.enforce(world.policy, obstacle: .quarantined("TEST", "all is denied")))
    default: break
    }
  }

  private mutating func say(_ content: ArraySlice<UInt8>, _ sender: Peer, isRecorded: Bool) {
    framers[sender]?.receive(Array(content) + [UInt8(ascii: "\n")])
    switch framers[sender]?.next() {
    case .tooLong(let line)?:
      check(line.bytes > options.limits.maxBytes, "a line that is not too long")
      let step = session.receive(line, from: sender)
      check(!step.records.isEmpty, "a line that is gone without a record")
      // What was kept of the line stands in for it.
      var rest = LineFramer(maxLineBytes: options.limits.maxBytes)
      rest.receive(line.head + line.tail + [UInt8(ascii: "\n")])
      guard case .line(let line)? = rest.next() else { return check(false, "a head and a tail that are no line") }
      take(
        Crossing(
          line: line, sender: sender, message: nil, records: step.records, effects: step.effects, isRecorded: isRecorded
        ))
    case .line(let line)?:
      let step = session.receive(line, from: sender)
      let effects = isRecorded || step.records.isEmpty ? step.effects : session.unrecorded(step, because: "a test")
      let message = try? Message(parsing: line.content, limits: options.limits)
      let crossing = Crossing(
        line: line, sender: sender, message: message, records: step.records, effects: effects, isRecorded: isRecorded)
      take(crossing)
    case nil: fatalError("a line that is not one")
    }
    for table in session.tables { check(table.count <= table.limit, "a table over its limit") }
    check(session.requestsInFlight <= waiting[.host, default: [:]].count, "a request in flight that nobody waits for")
  }

  /// Checks what the session sends when the policy changes: only notifications to the host, that lists have changed.
  private func announced(_ effects: [Relay.Effect]) {
    check(effects.count <= 3 * 257, "more announcements than streams")
    for effect in effects {
      guard case .send(let line, to: .host) = effect, let message = try? Message(parsing: line.dropLast()),
        case .notification = message.shape
      else { fatalError("a change of policy that says something else") }
    }
  }
}

internal import Audit
internal import Platform
internal import Policy
internal import Wire

/// What stands between the two streams: a line is judged, recorded, and then passed on or answered.
///
/// Memory is bounded: a peer is listened to only while there is room for what it says. If a host does not read, what the
/// server sends stops the server but not the host; our own answers stop the host.
struct Checkpoint: ~Copyable {
  /// With this much waiting for its receiver, a sender is not listened to; in bytes.
  static let highWater = 64 << 10
  /// Like ``highWater``, for our own answers to a host that sends and does not read.
  private static let ownHighWater = 1 << 20

  private var session: Session
  private var trail: AuditTrail
  private var watcher: PolicyWatcher
  private var launcher: SyncLauncher?
  private let allowsUnaudited: Bool
  var toHost: Sink
  var toServer: Sink

  init(
    session: consuming Session, trail: consuming AuditTrail, watcher: consuming PolicyWatcher, launcher: SyncLauncher?,
    allowsUnaudited: Bool, toHost: consuming Sink, toServer: consuming Sink
  ) {
    self.session = session
    self.trail = trail
    self.watcher = watcher
    self.launcher = launcher
    self.allowsUnaudited = allowsUnaudited
    self.toHost = toHost
    self.toServer = toServer
  }

  /// Whether a peer may say more.
  func hasRoom(for sender: Peer) -> Bool {
    switch sender {
    case .host: toServer.backlog < Self.highWater && toHost.ownBytes < Self.ownHighWater && !toServer.isClosing
    case .server: toHost.backlog < Self.highWater
    }
  }

  /// Whether the host reads, and waits for an answer of the server.
  var owesHostAnAnswer: Bool { toHost.isOpen && session.owesHostAnAnswer }

  // MARK: Lines

  mutating func judge(_ item: LineFramer.Item, from sender: Peer) -> JudgedLine {
    switch item {
    case .tooLong(let line): JudgedLine(line: [], step: session.receive(line, from: sender))
    case .line(let line): JudgedLine(line: line.bytes, step: session.receive(line, from: sender))
    }
  }

  /// Records lines that came together in one write, and sends them in one write.
  mutating func perform(_ lines: [JudgedLine], from sender: Peer) {
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
    switch receiver {
    case .host: toHost.send(line, isOwn: isOwn, isBatched: isBatched)
    case .server: toServer.send(line, isOwn: isOwn, isBatched: isBatched)
    }
  }

  /// Passes bytes on that nobody judges.
  mutating func passUnread(_ bytes: ArraySlice<UInt8>, from sender: Peer) {
    send(bytes, to: sender.other, isBatched: false)
  }

  // MARK: Policy

  /// When to look at the policy again at the latest; monotonic, in nanoseconds.
  var policyDeadline: UInt64 { watcher.deadline }

  /// Between two messages: a policy that changed judges the next one.
  ///
  /// - Parameter isForced: whether it is loaded again even if its files look unchanged.
  mutating func lookAtPolicy(isForced: Bool = false) {
    if isForced { watcher.force() }
    let now = MonotonicClock.nanoseconds()
    launcher?.look(at: now)
    for change in watcher.look(at: now) {
      StandardError.report(change.reason)
      Self.record(change, watcher, &trail)
      guard change.isEffective else { continue }
      for warning in watcher.keeper.policy.warnings where change.code == .reloaded {
        StandardError.report("\(watcher.keeper.loaded.path ?? ""):\(warning)")
      }
      let announcements = session.enforce(
        watcher.keeper.policy, obstacle: watcher.keeper.obstacle, projectID: watcher.keeper.loaded.projectID)
      carryOut(announcements, line: [], from: .server, isBatched: false)
    }
  }

  /// Records a change of the policy; reports it if that fails.
  static func record(
    _ change: PolicyKeeper.Change, _ watcher: borrowing PolicyWatcher, _ trail: inout AuditTrail
  ) {
    do throws(AuditError) {
      try trail.write(change, inForce: watcher.keeper.loaded)
    } catch {
      StandardError.report("not on record: \(error)")
    }
  }

  // MARK: The end

  /// Writes the last row.
  mutating func close(status: Int32, reason: String) {
    do throws(AuditError) {
      try trail.close(status: status, reason: reason)
    } catch {
      StandardError.report("the audit can't be closed: \(error)")
    }
  }
}

import ControlPlane
import State
import Wire

/// The contents of a state directory that is used with a service.
struct StatusReport {
  let sync: SyncState
  let isAlive: Bool
  let policy: CachedPolicy?
  let waiting: [SyncPlan.Receiver: Int]
  private let now: Int64

  /// Nil if no service was ever used.
  init?(stateDirectory: String, now: Int64) throws(StateError) {
    guard let sync = try SyncState(stateDirectory: stateDirectory) else { return nil }
    self.sync = sync
    self.now = now
    isAlive = SyncLock.isHeld(stateDirectory: stateDirectory)
    policy = sync.scope.isEmpty ? nil : try CachedPolicy(CacheLayout(stateDirectory: stateDirectory, scope: sync.scope))
    // Counted now: relays keep writing records while no sync process runs.
    let receivers = [sync.service.map { _ in SyncPlan.Receiver.service }, sync.telemetry.map { _ in .telemetry }]
    var waiting: [SyncPlan.Receiver: Int] = [:]
    for receiver in receivers.compactMap({ $0 }) {
      waiting[receiver] = try AuditQueue.count(for: receiver, stateDirectory: stateDirectory)
    }
    self.waiting = waiting
  }

  /// Whether the last pull failed, a delivery has stopped, or records wait that no process will send.
  var hasTrouble: Bool {
    policy?.fault != nil || sync.service?.isStopped == true || sync.telemetry?.isStopped == true
      || sync.source == .none && sync.pulledAt != nil || !isAlive && waiting.values.contains { $0 > 0 }
  }

  private var policyAge: Int64? { policy?.confirmedAt.map { max(now - $0, 0) } }

  // MARK: Text

  var lines: [String] {
    var lines = ["policy:    " + policyText]
    if let fault = policy?.fault { lines.append("           \(fault.message) [\(fault.code)]") }
    if !sync.scope.isEmpty { lines.append("service:   \(sync.baseURL), key \(sync.scope)") }
    for (receiver, delivery) in deliveries {
      let last = delivery.lastAt.map { "last sent \(Self.duration(now - $0)) ago" } ?? "nothing sent yet"
      let stopped = delivery.isStopped ? "; stopped until the key changes" : ""
      lines.append("records:   \(waiting[receiver] ?? 0) wait for \(receiver.rawValue), \(last)\(stopped)")
    }
    lines.append("sync:      " + (isAlive ? "alive, process \(sync.processID)" : "not running"))
    if let failure = sync.lastFailure {
      lines.append("trouble:   \(Self.duration(now - failure.at)) ago: \(failure.message)")
    }
    return lines
  }

  private var policyText: String {
    guard let policyAge else { return "none" }
    let source = sync.source == .service ? "" : ", from the cache"
    return "confirmed by the service \(Self.duration(policyAge)) ago\(source)"
  }

  private var deliveries: [(SyncPlan.Receiver, SyncState.Delivery)] {
    [sync.service.map { (.service, $0) }, sync.telemetry.map { (.telemetry, $0) }].compactMap { $0 }
  }

  static func duration(_ seconds: Int64) -> String {
    switch max(seconds, 0) {
    case let seconds where seconds < 120: "\(seconds) s"
    case let seconds where seconds < 7200: "\(seconds / 60) min"
    case let seconds where seconds < 172_800: "\(seconds / 3600) h"
    case let seconds: "\(seconds / 86_400) days"
    }
  }

  // MARK: JSON

  func write(to writer: inout JSONWriter) {
    writePolicy(to: &writer)
    writer.boolean("alive", isAlive)
    writer.string("scope", sync.scope)
    writer.string("base_url", sync.baseURL)
    if let pulledAt = sync.pulledAt { writer.integer("last_pull", pulledAt) }
    for (receiver, delivery) in deliveries { write(delivery, to: receiver, &writer) }
    if let failure = sync.lastFailure {
      writer.beginObject("last_error")
      writer.integer("at", failure.at)
      writer.string("message", failure.message)
      writer.endObject()
    }
  }

  private func writePolicy(to writer: inout JSONWriter) {
    writer.beginObject("policy")
    writer.string("source", sync.source.rawValue)
    if let policyAge { writer.integer("age_s", policyAge) }
    if let digest = policy?.bundleDigest { writer.string("sha256", digest) }
    if let fault = policy?.fault {
      writer.beginObject("fault")
      writer.string("code", fault.code)
      writer.string("message", fault.message)
      writer.endObject()
    }
    writer.endObject()
  }

  private func write(
    _ delivery: SyncState.Delivery, to receiver: SyncPlan.Receiver, _ writer: inout JSONWriter
  ) {
    writer.key(bytes: receiver.rawValue.utf8)
    writer.beginObject()
    writer.integer("queue", waiting[receiver] ?? 0)
    writer.integer("delivered", delivery.delivered)
    writer.integer("refused", delivery.refused)
    if let lastAt = delivery.lastAt { writer.integer("last_delivery", lastAt) }
    writer.boolean("stopped", delivery.isStopped)
    writer.endObject()
  }
}

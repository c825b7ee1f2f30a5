import Audit
import Digest
import Foundation
import State
import Testing

@testable import ControlPlane

/// `czproxy sync` against the stand-in: records, and every fault that a service can have with them.
@Suite struct DeliveryTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func once(_ service: StandIn, _ options: [String] = []) throws -> Int32 {
    try service.sync(scratch, ["--once"] + options).wait()
  }

  /// Whether the service has the same ids, order and repetition aside.
  private func hasExactly(_ ids: [String], _ service: StandIn) throws -> Bool { try Set(service.ids()) == Set(ids) }

  @Test func `records go out in batches of at most 500, each once`() throws {
    let service = try StandIn(in: scratch)
    let ids = try Segments.write(620, in: scratch) + Segments.write(11, in: scratch)
    #expect(try once(service) == 0)
    #expect(try service.ids().count == 631 && hasExactly(ids, service))
    #expect(try service.batches() == [500, 131])
    let headers = try #require(try service.requests("/v1/sdk/audit").first?["headers"] as? [String: String])
    #expect(TraceContext.parse(headers["traceparent"] ?? "") != nil)
    #expect(headers["X-Request-ID"] == headers["X-Correlation-ID"])
    #expect(headers["X-Request-ID"] == TraceContext.parse(headers["traceparent"] ?? "")?.traceID)
    #expect(headers["Content-Type"] == "application/json")
    let sentAt = try #require(try scratch.syncState().service?.lastAt)
    #expect(try once(service) == 0)
    #expect(try service.ids().count == 631)
    #expect(try scratch.syncState().service?.queue == 0)
    // The second process sent nothing; a person is told when the first one did.
    #expect(try scratch.syncState().service?.lastAt == sentAt)
  }

  @Test(arguments: [
    #"{"on":"audit","kind":"status","status":500}"#, #"{"on":"audit","kind":"status","status":403}"#,
    #"{"on":"audit","kind":"status","status":302,"headers":{"Location":"/"}}"#,
    #"{"on":"audit","kind":"status","status":429,"headers":{"Retry-After":"60"}}"#, #"{"on":"audit","kind":"hang"}"#,
  ])
  func `what is not taken is kept for later`(fault: String) throws {
    let service = try StandIn(in: scratch)
    let ids = try Segments.write(20, in: scratch)
    try service.fault(fault)
    #expect(try once(service, ["--request-timeout", "1"]) != 0)
    #expect(try service.ids().isEmpty)
    #expect(try scratch.syncState().service?.queue == 20)
    try service.clear()
    #expect(try once(service) == 0)
    #expect(try service.ids().count == 20 && hasExactly(ids, service))
  }

  @Test func `a process that goes on tries again by itself, then ends when nothing is left`() throws {
    let service = try StandIn(in: scratch)
    let ids = try Segments.write(20, in: scratch)
    try service.fault(#"{"on":"audit","kind":"status","status":503,"times":2}"#)
    let child = try service.sync(scratch, [])
    #expect(try child.wait() == 0)
    #expect(child.errors.contains("sent later") && child.errors.contains("all is well again"), "\(child.errors)")
    #expect(try service.ids().count == 20 && hasExactly(ids, service))
  }

  @Test func `an answer that is lost means that records come twice, under the same ids`() throws {
    let service = try StandIn(in: scratch)
    let ids = try Segments.write(20, in: scratch)
    try service.fault(#"{"on":"audit","kind":"deaf","times":1}"#)
    let child = try service.sync(scratch, [])
    #expect(try child.wait() == 0)
    let received = try service.ids()
    #expect(received.count == 40 && Set(received) == Set(ids))
  }

  @Test func `records that are refused for ever are set aside and hold up nobody`() throws {
    let service = try StandIn(in: scratch)
    let ids = try Segments.write(300, in: scratch)
    try service.fault(#"{"on":"audit","kind":"poison","methods":["m7","m123","m299"]}"#)
    #expect(try once(service) == 0)
    let good = ids.enumerated().filter { ![7, 123, 299].contains($0.offset) }.map(\.element)
    #expect(try service.ids().count == 297 && hasExactly(good, service))
    let refused = scratch.text("state/audit/refused.jsonl").split(separator: "\n")
    #expect(refused.count == 3)
    for (line, place) in zip(refused, [7, 123, 299]) {
      let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      #expect(object["status"] as? Int == 400)
      #expect((object["reason"] as? String)?.contains("an entry is malformed") == true)
      #expect((object["row"] as? String)?.contains(ids[place]) == true)
    }
  }

  @Test func `a record that the service fails at is set aside when others show that the service works`() throws {
    let service = try StandIn(in: scratch)
    let ids = try Segments.write(300, in: scratch)
    try service.fault(#"{"on":"audit","kind":"poison","status":500,"methods":["m7","m123"]}"#)
    // The witness for one may be the other: the next attempt draws anew.
    #expect(try (0..<20).contains { _ in try once(service) == 0 })
    let good = ids.enumerated().filter { ![7, 123].contains($0.offset) }.map(\.element)
    #expect(Set(try service.ids()) == Set(good))
    let refused = scratch.text("state/audit/refused.jsonl").split(separator: "\n")
    #expect(refused.count == 2 && refused.allSatisfy { $0.contains(#""status":500"#) })
    // A service that fails at everything is asked thrice, and nothing is set aside.
    try service.fault(#"{"on":"audit","kind":"status","status":500}"#)
    try Segments.write(20, in: scratch)
    let asked = try service.requests("/v1/sdk/audit").count
    #expect(try once(service) == 75)
    #expect(try service.requests("/v1/sdk/audit").count == asked + 3)
    #expect(scratch.text("state/audit/refused.jsonl").split(separator: "\n").count == 2)
  }

  @Test func `a service that refuses every record does not get them all, and that is no success`() throws {
    let service = try StandIn(in: scratch)
    let ids = try Segments.write(30, in: scratch)
    try service.fault(#"{"on":"audit","kind":"status","status":400}"#)
    #expect(try once(service) == 78)
    #expect(scratch.text("state/audit/refused.jsonl").split(separator: "\n").count == 4)
    // From within a program too.
    let delivery = RecordDelivery(stateDirectory: scratch.state, sender: .ofThisMachine(version: "0"))
    let error = ControlPlaneError(.unusable, "no", status: 400)
    var outcome = try delivery.run { _ in .refused(error) }
    #expect(outcome.failure == error && outcome.waiting == 22 && outcome.delivered == 0)
    outcome = try delivery.run { _ in .accepted(rejected: 0) }
    #expect(outcome.failure == nil && outcome.waiting == 0 && outcome.delivered == 22 && ids.count == 30)
  }

  @Test func `a segment that can't be read holds up neither the policy nor other records`() throws {
    let service = try StandIn(in: scratch)
    try Segments.write(2, in: scratch)
    let name = try #require(scratch.audit.segments().first)
    try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: scratch.audit.path(of: name))
    let ids = try Segments.write(20, in: scratch)
    // Permissions count for root too if root may not override them.
    let common = geteuid() == 0 ? ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] : []
    let sync = [Project.control, "sync", "--once", "--state-dir", scratch.state, "--base-url", service.url]
    let child = try Child(common + sync + ["--api-key-file", try scratch.keyFile()], in: scratch)
    #expect(try child.wait() == 74)
    #expect(child.errors.contains("\(name)`: Permission denied"), "\(child.errors)")
    #expect(try service.ids().count == 20 && hasExactly(ids, service))
    #expect(try scratch.cached()?.bundleDigest != nil)
    #expect(try scratch.syncState().lastFailure?.message.contains(name) == true)
    // A process that may read the segment delivers it.
    #expect(try once(service) == 0)
    #expect(try service.ids().count == 22)
  }

  @Test func `what can't be noted as delivered is not sent, and holds up nobody`() throws {
    let service = try StandIn(in: scratch)
    let first = try Segments.write(2, in: scratch)
    let cursor = scratch.audit.path(of: try #require(scratch.audit.segments().first)) + ".service-cursor"
    try FileManager.default.createDirectory(atPath: cursor, withIntermediateDirectories: false)
    let others = try Segments.write(20, in: scratch)
    for _ in 0..<2 {
      let child = try service.sync(scratch)
      #expect(try child.wait() == 74)
      #expect(child.errors.contains("service-cursor`: Is a directory"), "\(child.errors)")
      #expect(try service.ids() == others)
    }
    // From within a program too.
    let delivery = RecordDelivery(stateDirectory: scratch.state, sender: .ofThisMachine(version: "0"))
    let outcome = try delivery.run { _ in .accepted(rejected: 0) }
    #expect(outcome.delivered == 0 && outcome.obstacle?.description.contains("service-cursor") == true)
    try FileManager.default.removeItem(atPath: cursor)
    #expect(try once(service) == 0)
    #expect(try service.ids() == others + first)
  }

  @Test(arguments: [0o000, 0o600])
  func `records that can't be looked for are not taken for none`(permissions: Int) throws {
    let service = try StandIn(in: scratch)
    try Segments.write(2, in: scratch)
    try FileManager.default.setAttributes([.posixPermissions: permissions], ofItemAtPath: scratch.audit.path)
    let common = geteuid() == 0 ? ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] : []
    let sync = [Project.control, "sync", "--once", "--state-dir", scratch.state, "--base-url", service.url]
    let child = try Child(common + sync + ["--api-key-file", try scratch.keyFile()], in: scratch)
    #expect(try child.wait() == 74)
    #expect(child.errors.contains("can't read `\(scratch.audit.path)"), "\(child.errors)")
    try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: scratch.audit.path)
    #expect(try once(service) == 0)
    #expect(try service.ids().count == 2)
  }

  @Test func `a key that is not accepted stops deliveries until there is another one`() throws {
    let service = try StandIn(in: scratch)
    let ids = try Segments.write(20, in: scratch)
    // A relay that is alive keeps `czproxy sync` going.
    let live = try Segments.open(in: scratch)
    let child = try service.sync(scratch, ["--refresh-interval", "1"], key: Project.otherKey)
    try Patience.until { child.errors.contains("not sent until the key changes") }
    let status = try Child([Project.control, "status", "--state-dir", scratch.state], in: scratch)
    #expect(try status.wait() == 1)
    #expect(status.output.contains("20 wait") && status.output.contains("stopped until the key changes"))
    #expect(status.output.contains("alive, process \(child.id)"))
    // Nothing more has been sent after several policy pulls.
    try Patience.until { try service.requests("/v1/sdk/bootstrap").count >= 3 }
    #expect(try service.requests("/v1/sdk/audit").count == 1)
    try sendsAll(ids, to: service, by: child)
    #expect(live.name.hasPrefix("audit-"))
  }

  /// With the right key everything is sent, and the process ends when asked.
  private func sendsAll(_ ids: [String], to service: StandIn, by child: Child) throws {
    _ = try scratch.keyFile()
    try Patience.until { try service.ids().count == ids.count }
    #expect(try hasExactly(ids, service))
    child.stop(SIGTERM)
    #expect(try child.wait() == 0)
  }

  @Test func `another key is taken up also where no policy is pulled`() throws {
    let service = try StandIn(in: scratch)
    let ids = try Segments.write(20, in: scratch)
    let live = try Segments.open(in: scratch)
    let child = try service.sync(scratch, ["--no-policy"], key: Project.otherKey)
    try Patience.until { child.errors.contains("not sent until the key changes") }
    try sendsAll(ids, to: service, by: child)
    #expect(live.name.hasPrefix("audit-"))
  }

  // MARK: Life and death

  @Test func `it lives as long as a relay does, and ends in order when asked`() throws {
    let service = try StandIn(in: scratch)
    var segment = try Segments.open(in: scratch)
    let child = try service.sync(scratch, [])
    var ids = try Segments.append(60, to: &segment)
    try Patience.until { try service.ids().count == 60 }
    // The service has the records before this process has the answer: only the process's own status says that they
    // went.
    try Patience.until {
      let words = [Project.control, "status", "--format", "json", "--state-dir", scratch.state]
      let status = try Child(words, in: scratch)
      guard try status.wait() == 0 else { return false }
      return status.output.contains(#""alive":true"#) && status.output.contains(#""queue":0,"delivered":60"#)
    }
    #expect(!child.hasEnded)
    child.stop(SIGTERM)
    #expect(try child.wait() == 0)
    // The next process sends the rest, and ends by itself when the relay does.
    let next = try service.sync(scratch, [])
    ids += try Segments.append(3, to: &segment)
    try Segments.close(consume segment)
    #expect(try next.wait() == 0)
    #expect(try service.ids().count == 63 && hasExactly(ids, service))
  }

  @Test func `of ten processes on one state directory one works`() throws {
    let service = try StandIn(in: scratch)
    let segment = try Segments.open(in: scratch)
    let ids = try Segments.write(100, in: scratch)
    let children = try (0..<10).map { _ in try service.sync(scratch, []) }
    try Patience.until { children.count { $0.hasEnded } == 9 }
    try Patience.until { try service.ids().count == 100 }
    for child in children where child.hasEnded {
      #expect(try child.wait() == 0)
      #expect(child.errors.contains("another process does it"))
    }
    #expect(try service.requests("/v1/sdk/bootstrap").count == 1 && hasExactly(ids, service))
    try Segments.close(consume segment)
    for child in children { #expect(try child.wait() == 0) }
  }

  @Test func `a process whose lock was removed does not go on beside the next one`() throws {
    let service = try StandIn(in: scratch)
    var segment = try Segments.open(in: scratch)
    var ids = try Segments.append(60, to: &segment)
    let first = try service.sync(scratch, [])
    try Patience.until { try service.ids().count == 60 }
    try FileManager.default.removeItem(atPath: CacheLayout.lock(in: scratch.state))
    let second = try service.sync(scratch, [])
    try Patience.until { first.hasEnded || second.hasEnded }
    #expect(first.hasEnded != second.hasEnded)
    ids += try Segments.append(60, to: &segment)
    try Segments.close(consume segment)
    for child in [first, second] { #expect(try child.wait() == 0) }
    #expect(try hasExactly(ids, service))
  }

  @Test func `killed at any point, it delivers each record at least once and invents none`() throws {
    let service = try StandIn(in: scratch)
    var generator = SystemRandomNumberGenerator()
    var ids: [String] = []
    for round in 0..<40 {
      ids += try Segments.write(30, in: scratch)
      if round.isMultiple(of: 4) { try service.fault(#"{"on":"audit","kind":"poison","methods":["m5"]}"#) }
      if round % 4 == 2 { try service.clear() }
      let child = try service.sync(scratch, [])
      usleep(UInt32.random(in: 0..<120_000, using: &generator))
      child.stop(SIGKILL)
      try child.wait()
      // Whatever was cached is whole.
      let scope = try APIKey(Project.apiKey.utf8).scope
      let layout = CacheLayout(stateDirectory: scratch.state, scope: scope)
      if let loaded = try CachedPolicy.load(layout), loaded.policy.bundleDigest != nil {
        #expect(try loaded.bundle == Project.read(Project.bundle("valid")) && loaded.keys != nil)
      }
    }
    try service.clear()
    #expect(try once(service) == 0)
    let received = try Set(service.ids())
    let asideText = scratch.text("state/audit/refused.jsonl")
    let aside = ids.filter { asideText.contains($0) }
    #expect(received.isSubset(of: Set(ids)))
    #expect(received.union(aside) == Set(ids))
    // Only records that the service refused are set aside.
    #expect(Set(ids).subtracting(received).isSubset(of: Set(aside)) && aside.count <= 40)
    #expect(try AuditQueue.count(for: .service, stateDirectory: scratch.state) == 0)
  }

  @Test func `delivered segments are removed after the time they are kept`() throws {
    let service = try StandIn(in: scratch)
    try Segments.write(5, in: scratch)
    let old = try #require(scratch.audit.segments().first)
    Segments.age(old, in: scratch, seconds: 90_000)
    #expect(try once(service, ["--retention", "1"]) == 0)
    // A segment that was not delivered when retention looked stays until the next time.
    #expect(try scratch.audit.segments() == [old])
    Segments.age(old, in: scratch, seconds: 90_000)
    #expect(try once(service, ["--retention", "1"]) == 0)
    #expect(try scratch.audit.segments().isEmpty)
    #expect(RemovedSegments(scratch.audit).names() == [old])
  }

  @Test func `delivered segments stay while the service's clock says that they are young`() throws {
    let service = try StandIn(in: scratch)
    try Segments.write(5, in: scratch)
    let segments = try scratch.audit.segments()
    for endpoint in ["bootstrap", "pull", "audit"] {
      try service.fault(#"{"on":"\#(endpoint)","kind":"clock","seconds":-86400}"#)
    }
    #expect(try once(service, ["--retention", "1"]) == 0)
    Segments.age(try #require(segments.first), in: scratch, seconds: 90_000)
    #expect(try once(service, ["--retention", "1"]) == 0)
    #expect(try scratch.audit.segments() == segments)
    try service.clear()
    // The second run decides by what the first was told.
    for _ in 0..<2 { #expect(try once(service, ["--retention", "1"]) == 0) }
    #expect(try scratch.audit.segments().isEmpty)
  }

  // MARK: Telemetry

  @Test func `records go to a collector beside the service, or instead of it and without a key`() throws {
    let service = try StandIn(in: scratch)
    try Segments.write(3, in: scratch)
    let alone = ["--once", "--no-service-audit", "--otlp-endpoint", service.url, "--state-dir", scratch.state]
    let headers = ["OTEL_EXPORTER_OTLP_HEADERS": "x-tenant=7, y=z,x-token=Basic%20YTpi=%2C5%,"]
    let child = try Child([Project.control, "sync"] + alone, environment: headers, in: scratch)
    #expect(try child.wait() == 0, "\(child.errors)")
    #expect(try records(service).count == 8 && service.ids().isEmpty)
    let sent = try #require(try service.requests("/v1/logs").first?["headers"] as? [String: String])
    #expect(sent["x-tenant"] == "7" && sent["y"] == "z" && sent["Authorization"] == nil)
    #expect(sent["x-token"] == "Basic YTpi=,5%")
    #expect(try once(service, ["--otlp-endpoint", service.url + "/v1/logs"]) == 0)
    #expect(try records(service).count == 8 && service.ids().count == 3)
    let status = try Child([Project.control, "status", "--state-dir", scratch.state], in: scratch)
    #expect(try status.wait() == 0)
    #expect(status.output.contains("0 wait for service") && status.output.contains("0 wait for otlp"))
  }

  @Test(arguments: ["a=b%0d%0aX:%20y", "a%3a=b", "a=%00", "a=%c3%a9", "a"])
  func `what could end a header early is in none`(headers: String) throws {
    let error = #expect(throws: ControlPlaneError.self) {
      _ = try TelemetryExporter.make(
        try ServiceURL("http://127.0.0.1"), headers: headers, sender: .ofThisMachine(version: "0"),
        options: HTTPClient.Options())
    }
    #expect(error?.code == .badAddress)
  }

  private func records(_ service: StandIn) throws -> [[String: Any]] {
    try service.logs().flatMap { body -> [[String: Any]] in
      let resource = try #require((body["resourceLogs"] as? [[String: Any]])?.first)
      let scope = try #require((resource["scopeLogs"] as? [[String: Any]])?.first)
      return try #require(scope["logRecords"] as? [[String: Any]])
    }
  }

  // MARK: Secrets and alerts

  @Test func `secrets and tamper alerts are asked for and told as the service has them`() throws {
    let service = try StandIn(in: scratch)
    var client = try ControlPlaneClient(
      try ServiceURL(service.url), key: try APIKey(Project.apiKey.utf8), options: HTTPClient.Options())
    func outcome(_ name: String) -> (value: String?, code: ControlPlaneError.Code?) {
      do throws(ControlPlaneError) {
        let secret = try client.secret(named: name)
        return (secret.withBytes { bytes in String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self) }, nil)
      } catch {
        return (nil, error.code)
      }
    }
    #expect(outcome("db/password").value == "sécret")
    #expect(outcome("none").code == .noSuchSecret)
    #expect(outcome("guarded").code == .approvalRequired)
    try service.fault(#"{"on":"secrets","kind":"status","status":401}"#)
    #expect(outcome("db/password").code == .keyRejected)
    try service.fault(#"{"on":"secrets","kind":"junk","content":"{\"value\":7}"}"#)
    #expect(outcome("db/password").code == .unusable)
    try client.tamperAlert(source: "audit_chain", hostname: "h", reason: "segment a")
    let alert = try #require(try service.alerts().first)
    #expect(alert["source"] as? String == "audit_chain")
    #expect((alert["details"] as? [String: String]) == ["reason": "segment a"])
  }
}

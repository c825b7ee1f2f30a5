import Foundation
import State
import Testing

/// `czproxy sync` against the stand-in: the policy, and every fault that a service can have with it.
@Suite struct PullTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// Runs it once. Nothing that it prints may hold the key.
  private func once(
    _ service: StandIn, _ options: [String] = [], key: String = Project.apiKey
  ) throws -> (status: Int32, errors: String) {
    let child = try service.sync(scratch, ["--once"] + options, key: key)
    let status = try child.wait()
    #expect(!(child.errors + child.output).contains(key))
    return (status, child.errors)
  }

  @Test func `a policy is pulled once, and confirmed from then on, over one connection`() throws {
    let service = try StandIn(in: scratch)
    try Segments.write(1, in: scratch)
    #expect(try once(service).status == 0)
    let cached = try #require(try scratch.cached())
    let digest = "39266ca8027458191777d7b140c64049b16ee144194fcec12c5850d9a6a3f4ea"
    #expect(cached.bundleDigest == digest && cached.fault == nil)
    #expect(try scratch.syncState().source == .service)
    let pull = try #require(try service.requests("/v1/sdk/policies/pull").first?["headers"] as? [String: String])
    #expect(pull["If-None-Match"] == nil && pull["Authorization"] == "Bearer \(Project.apiKey)")
    let paths = ["/v1/sdk/bootstrap", "/v1/sdk/policies/pull", "/v1/sdk/audit"]
    let connections = try paths.compactMap { try service.requests($0).first?["connection"] as? Int }
    #expect(connections.count == 3 && Set(connections).count == 1)

    #expect(try once(service).status == 0)
    let again = try #require(try service.requests("/v1/sdk/policies/pull").last?["headers"] as? [String: String])
    #expect(again["If-None-Match"] == digest)
    #expect(try service.requests("/v1/sdk/bootstrap").count == 1)
  }

  @Test(arguments: [
    (#"{"on":"pull","kind":"status","status":401,"body":"echo"}"#, Int32(77), "E1101"),
    (
      #"{"on":"pull","kind":"status","status":403,"body":"{\"error\":{\"message\":\"not on your plan\"}}"}"#, 77,
      "E1101"
    ),
    (#"{"on":"pull","kind":"status","status":429,"headers":{"Retry-After":"120"}}"#, 75, "E1403"),
    (#"{"on":"pull","kind":"clock","seconds":-31536000,"retry_after":30}"#, 75, "E1403"),
    (#"{"on":"pull","kind":"status","status":500,"body":"<html>"}"#, 75, "E1402"),
    (#"{"on":"pull","kind":"status","status":404}"#, 78, "E1205"),
    (#"{"on":"pull","kind":"cut"}"#, 75, "E1401"),
    (#"{"on":"pull","kind":"hang"}"#, 75, "E1401"),
    (#"{"on":"pull","kind":"junk"}"#, 78, "E1203"),
    (#"{"on":"pull","kind":"status","status":302,"headers":{"Location":"/elsewhere"}}"#, 78, "E1203"),
    (#"{"on":"pull","kind":"status","status":204}"#, 78, "E1203"),
    (#"{"on":"pull","kind":"huge","bytes":18000000}"#, 78, "E1205"),
  ])
  func `each fault of a pull, first without a cache, then with one`(fault: String, status: Int32, code: String) throws {
    let service = try StandIn(in: scratch)
    let options = fault.contains("hang") ? ["--request-timeout", "1"] : []
    try service.fault(fault)
    let first = try once(service, options)
    #expect(first.status == status && first.errors.contains("[\(code)]"), "\(first.errors)")
    #expect(try scratch.cached()?.bundleDigest == nil)
    #expect(try scratch.syncState().source == .none)

    try service.clear()
    #expect(try once(service).status == 0)
    let good = try #require(try scratch.cached()?.bundleDigest)
    try service.fault(fault)
    let second = try once(service, options)
    #expect(second.status == status && second.errors.contains("[\(code)]"), "\(second.errors)")
    // What is cached stays; whether a process that starts may use it is another matter.
    let cached = try #require(try scratch.cached())
    #expect(cached.bundleDigest == good)
    let closes = ["E1101", "E1203"].contains(code)
    #expect(cached.fault?.code == (closes ? code : nil))
    #expect(try scratch.syncState().source == (closes ? .none : .cache))
    #expect(try scratch.syncState().lastFailure != nil)

    try service.clear()
    #expect(try once(service).status == 0)
    #expect(try scratch.cached()?.fault == nil)
    #expect(try service.requests("/elsewhere").isEmpty, "a redirect was followed")
  }

  @Test(arguments: [
    #"{"on":"bootstrap","kind":"junk","content":"[]"}"#,
    #"{"on":"bootstrap","kind":"junk","content":"{\"a\":1,\"a\":2}"}"#,
    #"{"on":"bootstrap","kind":"junk","content":"{}"}"#, #"{"on":"bootstrap","kind":"status","status":400}"#,
  ])
  func `a bootstrap answer that can't be used is E1205`(fault: String) throws {
    let service = try StandIn(in: scratch)
    try service.fault(fault)
    let result = try once(service)
    #expect(result.status == 78 && result.errors.contains("[E1205]"), "\(result.errors)")
  }

  @Test func `the service is told of a bundle that its keys do not vouch for, and of nothing else`() throws {
    let service = try StandIn(in: scratch)
    try service.fault(#"{"on":"pull","kind":"status","status":500}"#)
    _ = try once(service)
    #expect(try service.alerts().isEmpty)
    try service.fault(#"{"on":"pull","kind":"junk"}"#)
    #expect(try once(service).status == 78)
    let alert = try #require(try service.alerts().first)
    #expect(alert["source"] as? String == "bundle_signature")
    #expect((alert["details"] as? [String: String])?["reason"]?.isEmpty == false)
    // That it can't be told takes nothing from what is said of the bundle.
    try service.fault(#"{"on":"pull","kind":"junk"}"#)
    try service.fault(#"{"on":"tamper","kind":"status","status":500}"#)
    let result = try once(service)
    #expect(result.status == 78 && result.errors.contains("[E1203]") && result.errors.contains("tamper alert"))
  }

  @Test func `a run that is asked to end before everything is done does not say that it is`() throws {
    let service = try StandIn(in: scratch)
    try service.fault(#"{"on":"bootstrap","kind":"hang"}"#)
    let child = try service.sync(scratch, ["--once"])
    try Patience.until { try !service.requests("/v1/sdk/bootstrap").isEmpty }
    child.stop(SIGTERM)
    #expect(try child.wait() == 75)
  }

  @Test func `a key that the service does not know is told about, and not printed`() throws {
    let service = try StandIn(in: scratch)
    let result = try once(service, key: Project.otherKey)
    #expect(result.status == 77 && result.errors.contains("[E1101]") && result.errors.contains("INVALID_API_KEY"))
  }

  @Test func `changed keys are fetched with the bundle that needs them`() throws {
    let service = try StandIn(in: scratch)
    #expect(try once(service).status == 0)
    let manifest = try JSONSerialization.jsonObject(
      with: Data(contentsOf: URL(fileURLWithPath: "\(Project.root)/Testdata/bundle/manifest.json")))
    let signer = try #require((manifest as? [String: Any])?["other_signing_pubkey_hex"] as? String)
    let bundle = Project.bundle("wrong_signer")
    try service.content(#"{"bundle":"\#(bundle)"}"#)
    #expect(try once(service).status == 78)
    try service.content(#"{"change_keys":{"signing_pubkey_hex":"\#(signer)"}}"#)
    let result = try once(service)
    #expect(result.status == 0, "\(result.errors)")
    let cached = try #require(try scratch.cached())
    #expect(cached.fault == nil)
    #expect(try service.requests("/v1/sdk/bootstrap").count == 3)
  }

  @Test(arguments: [
    "bad_signature", "tampered_payload", "tampered_header", "wrong_key", "truncated", "trailing", "bad_magic",
    "zip_bomb",
    "not_zstd", "json_array", "schema_2", "expired",
  ])
  func `a bundle that would not be enforced never gets into the cache`(name: String) throws {
    let service = try StandIn(bundle: name, in: scratch)
    let result = try once(service)
    #expect(result.status == 78 && result.errors.contains("[E1203]"), "\(result.errors)")
    #expect(try scratch.cached()?.bundleDigest == nil)
    let layout = CacheLayout(stateDirectory: scratch.state, scope: try APIKey(Project.apiKey.utf8).scope)
    let names = try FileManager.default.contentsOfDirectory(atPath: layout.directory)
    #expect(!names.contains { $0.hasSuffix(".czpolicy") })
  }

  @Test func `a service that is away leaves what is cached in force, and the commands say so`() throws {
    var service: StandIn? = try StandIn(in: scratch)
    let url = try #require(service?.url)
    #expect(try once(try #require(service)).status == 0)
    service = nil
    let options = ["--state-dir", scratch.state, "--api-key-file", try scratch.keyFile(), "--base-url", url, "--once"]
    let child = try Child([Project.control, "sync"] + options, in: scratch)
    #expect(try child.wait() == 75)
    #expect(child.errors.contains("[E1401]") && child.errors.contains("stays in force"))
    let status = try Child([Project.control, "status", "--state-dir", scratch.state], in: scratch)
    #expect(try status.wait() == 0)
    #expect(status.output.contains("from the cache") && status.output.contains("not running"))
  }

  @Test func `a private certificate authority is trusted where it is named, for the right name alone`() throws {
    let (file, key) = try certificate("IP:127.0.0.1")
    let service = try StandIn(in: scratch, certificate: (file, key))
    let untrusted = try once(service)
    #expect(untrusted.status == 78 && untrusted.errors.contains("[E1404]"), "\(untrusted.errors)")
    #expect(try once(service, ["--ca-file", file]).status == 0)
    let missing = try once(service, ["--ca-file", "\(scratch.path)/none.pem"])
    #expect(missing.status == 78 && missing.errors.contains("[E1404]"), "\(missing.errors)")
  }

  @Test func `a certificate for another name is not trusted`() throws {
    let (file, key) = try certificate("DNS:elsewhere.example")
    let service = try StandIn(in: scratch, certificate: (file, key))
    let command = [Project.control, "sync", "--once", "--state-dir", scratch.state, "--base-url", service.url]
    let child = try Child(command + ["--api-key-file", try scratch.keyFile(), "--ca-file", file], in: scratch)
    #expect(try child.wait() == 78)
    #expect(child.errors.contains("[E1404]"), "\(child.errors)")
  }

  private func certificate(_ name: String) throws -> (file: String, key: String) {
    let (file, key) = ("\(scratch.path)/cert.pem", "\(scratch.path)/key.pem")
    let child = try Child(
      [
        "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=stand-in", "-addext",
        "subjectAltName=\(name)", "-keyout", key, "-out", file,
      ], in: scratch)
    try #require(try child.wait() == 0, "\(child.errors)")
    return (file, key)
  }

  // MARK: Setting up

  @Test func `wrong settings are told about before anything is asked`() throws {
    let service = try StandIn(in: scratch)
    func run(_ options: [String], environment: [String: String] = [:]) throws -> (Int32, String) {
      let child = try Child(
        [Project.control, "sync", "--once", "--state-dir", scratch.state] + options, environment: environment,
        in: scratch)
      return (try child.wait(), child.errors)
    }
    let none = try run(["--base-url", service.url])
    #expect(none.0 == 78 && none.1.contains("[E1103]"), "\(none)")
    let malformed = try run(["--base-url", service.url], environment: ["CZ_API_KEY": "my secret"])
    #expect(malformed.0 == 78 && malformed.1.contains("[E1104]") && !malformed.1.contains("my secret"))
    let plain = try run(["--base-url", "http://192.0.2.1"], environment: ["CZ_API_KEY": Project.apiKey])
    #expect(plain.0 == 78 && plain.1.contains("--allow-http"))
    let key = try scratch.keyFile()
    let found = try run(["--api-key-file", key], environment: ["CONTROLZERO_API_URL": service.url])
    #expect(found.0 == 0, "\(found)")
    #expect(try service.requests("/v1/sdk/bootstrap").count == 1)
    let status = try Child([Project.control, "status", "--state-dir", scratch.path + "/other"], in: scratch)
    #expect(try status.wait() == 2)
  }

  @Test func `a state directory that can't be written is told about`() throws {
    let service = try StandIn(in: scratch)
    let file = try scratch.file("file", "")
    let command = [
      Project.control, "sync", "--once", "--api-key-file", try scratch.keyFile(), "--base-url", service.url,
    ]
    let child = try Child(command + ["--state-dir", file], in: scratch)
    #expect(try child.wait() == 74)
    #expect(child.errors.contains(file), "\(child.errors)")
    #expect(try service.requests("/v1/sdk/bootstrap").isEmpty)
  }

  @Test func `a full disk leaves the cache as it was, and is told about`() throws {
    let service = try StandIn(in: scratch)
    #expect(try once(service).status == 0)
    let good = try #require(try scratch.cached()?.bundleDigest)
    // 67 KB where files may have 16.
    let bundle = Project.bundle("zstd_level1")
    try service.content(#"{"bundle":"\#(bundle)"}"#)
    let sync = [Project.control, "sync", "--once", "--state-dir", scratch.state, "--base-url", service.url]
    let command =
      ["bash", "-c", "ulimit -f 16; exec \"$@\"", "bash"] + sync + ["--api-key-file", try scratch.keyFile()]
    let child = try Child(command, in: scratch)
    #expect(try child.wait() == 74)
    #expect(child.errors.contains("[E1301]") && child.errors.contains("free some space"), "\(child.errors)")
    let cached = try #require(try scratch.cached())
    #expect(cached.bundleDigest == good && cached.fault == nil)
    #expect(try once(service).status == 0)
    #expect(try scratch.cached()?.bundleDigest != good)
  }
}

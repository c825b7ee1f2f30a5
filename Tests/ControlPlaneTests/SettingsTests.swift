import Foundation
import State
import Testing

@testable import ControlPlane

/// Keys, addresses, and where they come from.
@Suite struct SettingsTests {
  @Test(arguments: [
    "", "abc", "cz_live_", "CZ_LIVE_abc", "cz_prod_abc", "cz_live_a b", "cz_live_a\nX-Evil: 1", "cz_test_é",
    "cz_live_" + String(repeating: "a", count: 249),
  ])
  func `what is no key is refused, and not repeated`(text: String) {
    do throws(StateError) {
      _ = try APIKey(text.utf8)
      Issue.record("it is taken")
    } catch {
      #expect(error.code == .keyFormat)
      #expect(text.count < 12 || !"\(error)".contains(text))
    }
  }

  @Test func `a key is taken without the white space around it, and known by its digest`() throws {
    let key = try APIKey(" \(Project.apiKey)\r\n".utf8)
    #expect(key.scope == "26b6ee46201979bc")
    // Two keys that begin alike have separate caches all the same.
    let other = try APIKey((Project.apiKey.dropLast() + "b").utf8)
    #expect(other.scope != key.scope)
  }

  @Test func `a key is taken out of what a service echoes`() throws {
    let key = try APIKey(Project.apiKey.utf8)
    let text = "a \(Project.apiKey)\(Project.apiKey) b \(Project.apiKey.dropLast())"
    let redacted = String(decoding: key.redacting(Array(text.utf8)), as: UTF8.self)
    #expect(redacted == "a " + String(repeating: "*", count: 144) + " b \(Project.apiKey.dropLast())")
  }

  @Test(arguments: [
    ("https://api.controlzero.ai", "https://api.controlzero.ai", false),
    ("HTTPS://Example.com:8443/base/", "HTTPS://Example.com:8443/base", false),
    ("http://127.0.0.1:8080//", "http://127.0.0.1:8080", true), ("http://localhost", "http://localhost", true),
    ("http://[::1]:1", "http://[::1]:1", true), ("http://127.255.0.9", "http://127.255.0.9", true),
  ])
  func `addresses that may be asked`(text: String, expected: String, isLoopback: Bool) throws {
    let url = try ServiceURL(text)
    #expect(url.text == expected && url.isLoopback == isLoopback)
  }

  @Test(arguments: [
    "", "api.controlzero.ai", "ftp://a", "file:///etc/passwd", "https://", "https://user:pw@host", "https://host?x=1",
    "https://host#f", "https://a b", "https://host:0", "https://host:65536", "https://host:8x", "https://[zz]",
    "https://ho\\st", "https://host\r\nX: y", "http://example.com", "http://127.0.0.1.evil.example", "http://127.1",
    "http://0x7f.0.0.1", "http://127.0.0.01", "http://127.0.0.256", "http://10.0.0.1", "http://localhost.evil.example",
  ])
  func `addresses that may not`(text: String) {
    #expect(throws: ControlPlaneError.self) { try ServiceURL(text) }
  }

  @Test func `plain HTTP leaves the machine only where that was asked for`() throws {
    #expect(try ServiceURL("http://10.0.0.1", allowsPlainHTTP: true).isEncrypted == false)
  }

  @Test func `a key comes from the file, then the environment, then the configuration`() throws {
    let scratch = try Scratch()
    try FileManager.default.createDirectory(atPath: scratch.state, withIntermediateDirectories: true)
    func scope(_ file: String?, _ environment: [String: String]) throws -> String {
      let options = ServiceSettings.Options(keyFile: file)
      return try ServiceSettings.key(options, stateDirectory: scratch.state) { environment[$0] }.scope
    }
    func expected(_ key: String) throws -> String { try APIKey(key.utf8).scope }
    let none = #expect(throws: StateError.self) { try scope(nil, [:]) }
    #expect(none?.code == .noKey)
    _ = try scratch.file(
      "state/config.yaml", "other: [1, {api_key: cz_test_no}]\napi_key: 'cz_test_config'\nemail: a@b.c\n")
    #expect(try scope(nil, [:]) == expected("cz_test_config"))
    #expect(try scope(nil, ["CONTROLZERO_API_KEY": "cz_test_new"]) == expected("cz_test_new"))
    #expect(
      try scope(nil, ["CONTROLZERO_API_KEY": "cz_test_new", "CZ_API_KEY": "cz_test_old"]) == expected("cz_test_old"))
    let file = try scratch.file("key", "cz_test_file\n")
    #expect(try scope(file, ["CZ_API_KEY": "cz_test_old"]) == expected("cz_test_file"))
    // If the first key found is malformed, that is an error; no other key is looked for.
    let malformed = #expect(throws: StateError.self) {
      try scope(nil, ["CZ_API_KEY": "x", "CONTROLZERO_API_KEY": "cz_test_a"])
    }
    #expect(malformed?.code == .keyFormat)
    let missing = #expect(throws: StateError.self) { try scope("\(scratch.path)/none", [:]) }
    #expect(missing?.code == .noKey)
  }

  @Test func `an address comes from the option, then the environment, then the configuration`() throws {
    let scratch = try Scratch()
    try FileManager.default.createDirectory(atPath: scratch.state, withIntermediateDirectories: true)
    func settings(_ option: String?, _ environment: [String: String]) throws -> ServiceSettings {
      try ServiceSettings(.init(baseURL: option), stateDirectory: scratch.state) { environment[$0] }
    }
    #expect(try settings(nil, [:]).baseURL == "https://api.controlzero.ai")
    let authorities = try scratch.file("ca.pem", "")
    _ = try scratch.file(
      "state/config.yaml", "api_url: https://config/ \ntls_ca_bundle: \(authorities)\nemail: a@b.c\n")
    #expect(try settings(nil, [:]).baseURL == "https://config")
    #expect(try settings(nil, [:]).authorityFile == authorities)
    #expect(try settings(nil, [:]).email == "a@b.c")
    #expect(try settings(nil, ["CONTROLZERO_API_URL": " https://env// "]).baseURL == "https://env")
    #expect(try settings("https://option", ["CONTROLZERO_API_URL": "https://env"]).baseURL == "https://option")
  }

  @Test func `certificate authorities that are not there are told about before anything is asked`() throws {
    let scratch = try Scratch()
    let error = #expect(throws: StateError.self) {
      try ServiceSettings(
        .init(baseURL: "http://localhost", authorityFile: "\(scratch.path)/none"), stateDirectory: scratch.state
      ) { _ in nil }
    }
    #expect(error?.code == .noAuthorities && error?.message.contains("\(scratch.path)/none") == true)
    func collectors(_ option: String?, _ variable: String?) throws -> String? {
      try ServiceSettings.telemetryAuthorities(.init(authorityFile: option)) {
        $0 == "OTEL_EXPORTER_OTLP_CERTIFICATE" ? variable : nil
      }
    }
    #expect(try collectors(nil, nil) == nil && collectors(scratch.path, "/no/such") == scratch.path)
    #expect(throws: StateError.self) { try collectors(nil, "/no/such") }
  }

  @Test func `a key that others can read is told about`() throws {
    let scratch = try Scratch()
    let file = try scratch.file("key", Project.apiKey)
    func exposure(_ permissions: Int, key: String?, _ environment: [String: String] = [:]) throws -> String? {
      try FileManager.default.setAttributes([.posixPermissions: permissions], ofItemAtPath: file)
      return ServiceSettings.exposure(.init(keyFile: key), stateDirectory: scratch.path) { environment[$0] }
    }
    #expect(try exposure(0o600, key: file) == nil)
    #expect(try exposure(0o640, key: file)?.contains("(mode 640): chmod 600 \(file)") == true)
    #expect(try exposure(0o604, key: file, ["CZ_API_KEY": "k"]) != nil)
    // A file is only looked at if the key comes from it.
    #expect(try exposure(0o644, key: nil) == nil)
    // A configuration file without a key holds no secret.
    let config = try scratch.file("config.yaml", "email: a@b.c\n")
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: config)
    #expect(try exposure(0o600, key: nil) == nil)
    _ = try scratch.file("config.yaml", "api_key: k\n")
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: config)
    #expect(try exposure(0o600, key: nil)?.contains(config) == true)
    #expect(try exposure(0o600, key: nil, ["CONTROLZERO_API_KEY": "k"]) == nil)
  }

  @Test func `a configuration that begins with a byte order mark is read`() throws {
    let scratch = try Scratch()
    try FileManager.default.createDirectory(atPath: scratch.state, withIntermediateDirectories: true)
    _ = try scratch.file("state/config.yaml", "\u{feff}api_url: https://a.example\nemail: a@b.c\n")
    let settings = try ServiceSettings(.init(), stateDirectory: scratch.state) { _ in nil }
    #expect(settings.baseURL == "https://a.example" && settings.email == "a@b.c")
  }

  @Test(arguments: ["- a list\n", "a: [1\n", "just a text", "\t"])
  func `a configuration that can't be read is told about`(text: String) throws {
    let scratch = try Scratch()
    try FileManager.default.createDirectory(atPath: scratch.state, withIntermediateDirectories: true)
    _ = try scratch.file("state/config.yaml", text)
    let error = #expect(throws: StateError.self) {
      try ServiceSettings(.init(), stateDirectory: scratch.state) { _ in nil }
    }
    #expect(error?.code == .malformed)
  }

  @Test(arguments: [
    "[]", "null", "", "{", #"{"project_id":"p"}"#,
    #"{"project_id":"","project_encryption_key_b64":"a","signing_pubkey_hex":"ab"}"#,
    #"{"project_id":"p","project_encryption_key_b64":"a","signing_pubkey_hex":"xy"}"#,
    #"{"project_id":"p","project_encryption_key_b64":"a","signing_pubkey_hex":"abc"}"#,
    #"{"project_id":"p","project_encryption_key_b64":"a","signing_pubkey_hex":"ab","key_version":"x"}"#,
    #"{"project_id":"p","project_id":"q","project_encryption_key_b64":"a","signing_pubkey_hex":"ab"}"#,
    #"{"project_id":7,"project_encryption_key_b64":"a","signing_pubkey_hex":"ab"}"#,
  ])
  func `a bootstrap answer that lacks something is E1205`(json: String) {
    let error = #expect(throws: ControlPlaneError.self) { try ProjectKeys(json: Array(json.utf8)) }
    #expect(error?.code == .unusable)
  }

  @Test func `keys are kept as the service sent them, with what we don't know of`() throws {
    let answer = Array(
      #"{"project_id":"p","project_encryption_key_b64":"a","signing_pubkey_hex":"AB","revoked_signing_keys":["cd"]}"#
        .utf8)
    let keys = try ProjectKeys(json: answer)
    #expect(keys.projectID == "p")
    #expect(keys.json.withArray { $0 == answer })
  }

  @Test(arguments: [
    ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "01"),
    ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-fe", "00"),
    ("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what", "01"),
  ])
  func `a trace that we are in goes on`(text: String, flags: String) throws {
    let trace = TraceContext(ambient: text)
    #expect(trace.traceID == "0af7651916cd43dd8448eb211c80319c" && trace.flags == flags)
    let headers = trace.headers { count in [UInt8](repeating: 0xab, count: count) }
    #expect(headers[0].value == "00-0af7651916cd43dd8448eb211c80319c-abababababababab-\(flags)")
    #expect(headers[1].value == trace.traceID && headers[2].value == trace.traceID)
  }

  @Test(arguments: [
    "", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
    "00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    "00-00000000000000000000000000000000-b7ad6b7169203331-01",
    "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
    "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x",
  ])
  func `a malformed trace is not`(text: String) {
    #expect(TraceContext.parse(text) == nil)
    #expect(TraceContext(ambient: text).flags == "01")
  }

  @Test func `a secret's name is one segment of a path`() {
    #expect(ControlPlaneClient.percentEncoded("db/password") == "db%2Fpassword")
    #expect(ControlPlaneClient.percentEncoded("é ?#..") == "%C3%A9%20%3F%23..")
    #expect(ControlPlaneClient.percentEncoded("..") == "%2E%2E")
  }
}

import ControlZero
import Foundation
import Synchronization
import Testing

@testable import ControlPlane

/// The stand-in for the service, and what a test asks of it.
final class StandIn {
  struct TimedOut: Error {}

  let url: String
  private let process = Process()
  private let input = Pipe()
  private var http: HTTPClient

  init(bundle: String = Project.bundle("valid"), keys: String = Project.keys) throws {
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "python3", "\(Project.root)/Testdata/services/control_zero.py", "--bundle", bundle, "--keys", keys, "--api-key",
      Project.apiKey,
    ]
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    var text = ""
    while !text.hasSuffix("\n") {
      let data = output.fileHandleForReading.availableData
      try #require(!data.isEmpty)
      text += String(decoding: data, as: UTF8.self)
    }
    url = "http://127.0.0.1:\(text.dropLast())"
    http = try HTTPClient(HTTPClient.Options())
  }

  deinit { stop() }

  func stop() {
    // The process may have inherited a mask that blocks every other signal.
    kill(process.processIdentifier, SIGKILL)
    try? eventually { !process.isRunning }
  }

  func fault(_ json: String) throws { _ = try post("/_test/fault", json) }
  func clear() throws { try fault("{}") }
  func content(_ json: String) throws { _ = try post("/_test/content", json) }

  private func post(_ path: String, _ json: String) throws -> HTTPResponse {
    let response = try http.exchange(HTTPRequest(url: url + path, body: Array(json.utf8)))
    try #require(response.status == 200)
    return response
  }

  private func get(_ path: String) throws -> JSONValue {
    try JSONValue(parsing: try http.exchange(HTTPRequest(url: url + path)).body)
  }

  func entries() throws -> [JSONValue] { try #require(try get("/_test/entries")["entries"]?.array) }

  func requests(_ path: String) throws -> [JSONValue] {
    try #require(try get("/_test/requests")["requests"]?.array).filter { $0["path"]?.string == path }
  }

  func configuration(_ scratch: Scratch, _ change: (inout ControlZeroConfiguration) -> Void = { _ in })
    throws -> ControlZeroConfiguration
  {
    var configuration = try scratch.configuration("")
    configuration.policyMode = .cloud
    configuration.policyPath = nil
    configuration.baseURL = url
    change(&configuration)
    return configuration
  }
}

/// The same for a task, whose thread others need, so that it may have to wait behind all other tests.
func until(_ isDone: () throws -> Bool) async throws {
  let end = Date() + 1800
  while try !isDone() {
    guard Date() < end else { throw StandIn.TimedOut() }
    try await Task.sleep(for: .milliseconds(5))
  }
}

/// Waits for a condition that must come true, with a bound far beyond what anything here takes.
func eventually(_ isDone: () throws -> Bool) throws {
  let end = Date() + 60
  while try !isDone() {
    guard Date() < end else { throw StandIn.TimedOut() }
    usleep(5000)
  }
}

import Foundation

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// A Control Zero service of our own, which the relay's other half talks to.
final class StandIn {
  static let key = "cz_test_" + String(repeating: "a", count: 64)

  let process: RunningProcess
  let url: String

  init(bundle: String, keys: String) throws {
    process = try RunningProcess([
      "python3", "\(Project.root)/Testdata/services/control_zero.py", "--bundle", bundle, "--keys", keys,
    ])
    url = "http://127.0.0.1:\(try process.line())"
  }

  /// Asks the service itself, or tells it how to fail.
  @discardableResult
  func ask(_ path: String, _ body: String = "{}") throws -> [String: Any] {
    var request = URLRequest(url: try URL(string: url + path).unwrapped())
    request.httpMethod = "POST"
    request.httpBody = Data(body.utf8)
    let done = DispatchSemaphore(value: 0)
    let answer = Answer()
    URLSession.shared.dataTask(with: request) { data, _, _ in
      answer.data = data ?? Data()
      done.signal()
    }.resume()
    done.wait()
    return try JSONSerialization.jsonObject(with: answer.data) as? [String: Any] ?? [:]
  }

  /// What was delivered, by method, as often as it came.
  func entries() throws -> [[String: Any]] { try ask("/_test/entries")["entries"] as? [[String: Any]] ?? [] }

  /// Waits until the service has so many entries with different ids.
  func wait(forEntries count: Int) throws -> [[String: Any]] {
    let until = Date() + RunningProcess.patience
    while Date() < until {
      let entries = try entries()
      if Set(entries.compactMap { $0["id"] as? String }).count >= count { return entries }
      usleep(50_000)
    }
    throw RunningProcess.TimedOut(description: "\(try entries().count) of \(count) entries were delivered")
  }

  private final class Answer: @unchecked Sendable {
    // INVARIANT: written before the semaphore is signalled, read after it was waited for.
    var data = Data()
  }
}

extension Optional {
  struct Absent: Error {}

  fileprivate func unwrapped() throws -> Wrapped {
    guard let self else { throw Absent() }
    return self
  }
}

import Wire

@testable import HostConfig

/// A whole config, with each of its servers wrapped or unwrapped.
extension HostConfig {
  init(text: String, _ format: Format = .json) throws(HostConfigError) {
    try self.init(Array(text.utf8), format: format)
  }

  func wrapped(_ options: [String]) -> String {
    text(of: servers.flatMap { wrap($0, program: "/bin/czproxy", options: options) })
  }

  func unwrapped() -> String { text(of: servers.flatMap(unwrap)) }

  private func text(of edits: [ByteEdit]) -> String { String(decoding: edited(edits), as: UTF8.self) }
}

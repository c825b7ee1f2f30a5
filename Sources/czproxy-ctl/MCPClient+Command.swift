import MCPHost
import Relay
import Wire

extension MCPClient {
  /// The client of a command of ours, which says so if the server has to be started a second time.
  ///
  /// - Parameters:
  ///   - timeout: for each answer, in milliseconds.
  ///   - name: what the server is told.
  init(for name: String, of command: [String], timeout: Int32) {
    self.init(
      command: command, timeout: timeout, name: name, version: Version.number,
      willStartAgain: {
        // Otherwise the output of the server's program would seem to come twice.
        Terminal.complain(
          "the server ended when it was asked `server/discover`: it is started again, and asked `initialize`")
      })
  }
}

extension Terminal {
  /// Reports the name of a server's program, and why the server gave no answer.
  static func complain(failure: MCPFailure, of command: [String]) {
    complain("`\(DisplayText.escaped((command.first ?? "").utf8))`: \(failure)")
  }
}

internal import Policy
internal import Wire

extension Session {
  /// Runs a session's first exchange through a session that is then discarded.
  ///
  /// What this builds for the whole process (detectors, tables of names, the runtime's types) the host need not wait
  /// for later: it is meant for the time in which the server starts.
  public static func rehearse() {
    guard let name = ServerName("rehearsal") else { return }
    let options = Options(server: name, context: Context())
    var session = Session(options: options, policy: .missing(reason: "a rehearsal"), monotonicNanoseconds: { 0 })
    let lines: [(Peer, StaticString)] = [
      (.host, #"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25"}}\#n"#),
      (.server, #"{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-11-25","instructions":"a text"}}\#n"#),
    ]
    var framer = LineFramer(maxLineBytes: 1024)
    for (sender, text) in lines {
      // SAFETY: a static text lives as long as the process, and a framer has room for more than a line's limit.
      unsafe framer.receive { space in
        unsafe space.copyMemory(from: UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
        return text.utf8CodeUnitCount
      }
      if case .line(let line)? = framer.next() { _ = session.receive(line, from: sender) }
    }
  }
}

import Policy
import Relay
import Testing
import Wire

/// What a session remembers is bounded, in number and in bytes, whatever its peers send.
@Suite struct TableTests {
  private struct Talk {
    var session: Session
    var framer = LineFramer(maxLineBytes: 1 << 20)

    init() throws {
      let text = "version: \"1\"\nrules:\n  - {deny: \"s:no\"}\n  - {allow: \"s\"}\n"
      let policy = try Policy.load(local: Array(text.utf8), format: .yaml, fileName: "p.yaml")
      var options = Session.Options(server: try #require(ServerName("s")), context: Context())
      options.limits.maxBytes = 1 << 20
      session = Session(options: options, policy: policy, monotonicNanoseconds: { 7 })
    }

    @discardableResult mutating func say(_ text: String, _ sender: Peer) throws -> Step {
      framer.receive(Array((text + "\n").utf8))
      guard case .line(let line)? = framer.next() else { throw MessageError(.notAnObject, at: 0) }
      return session.receive(line, from: sender)
    }

    mutating func listen(_ id: String) throws {
      try say(
        #"{"jsonrpc":"2.0","id":\#(id),"method":"subscriptions/listen","params":{"notifications":{}}}"#, .host)
    }

    mutating func acknowledge(_ id: String) throws {
      let meta = #"{"io.modelcontextprotocol/subscriptionId":\#(id)}"#
      let params = #"{"notifications":{"toolsListChanged":true},"_meta":\#(meta)}"#
      try say(
        #"{"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":\#(params)}"#, .server)
    }

    /// How many lines the host gets when the policy changes.
    mutating func announced() -> Int { session.enforce(session.policy, obstacle: nil).count }

    mutating func call(_ id: String, _ name: String) throws -> Step {
      try say(#"{"jsonrpc":"2.0","id":"\#(id)","method":"tools/call","params":{"name":"\#(name)"}}"#, .host)
    }
  }

  private static let long = String(repeating: "x", count: 500_000)

  @Test func `requests in flight are bounded in bytes, and what is refused is answered`() throws {
    var talk = try Talk()
    var accepted = 0
    while try talk.call("\(accepted)\(Self.long)", "echo").effects == [.forward], accepted < 1000 { accepted += 1 }
    #expect((20...100).contains(accepted))
    #expect(talk.session.tables.allSatisfy { $0.count <= $0.limit })
    // An answer makes room.
    try talk.say(#"{"jsonrpc":"2.0","id":"0\#(Self.long)","result":{}}"#, .server)
    try talk.say(#"{"jsonrpc":"2.0","id":"1\#(Self.long)","result":{}}"#, .server)
    #expect(try talk.call("again", "echo").effects == [.forward])
  }

  @Test func `cancelled requests make room`() throws {
    var talk = try Talk()
    var accepted = 0
    while try talk.call("\(accepted)\(Self.long)", "echo").effects == [.forward], accepted < 1000 { accepted += 1 }
    for number in 0..<10 {
      try talk.say(
        #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"\#(number)\#(Self.long)"}}"#, .host
      )
    }
    #expect(try talk.call("again", "echo").effects == [.forward])
  }

  @Test func `of too many in flight each is refused at once, and what was cancelled makes room`() throws {
    var talk = try Talk()
    func ping(_ number: Int) -> String { #"{"jsonrpc":"2.0","id":\#(number),"method":"ping"}"# }
    let limit = 65_536
    for number in 0..<limit { _ = try talk.say(ping(number), .host) }
    // If each of these were compared with all the others, this would take minutes.
    for number in 0..<20_000 { #expect(try talk.say(ping(limit + number), .host).effects != [.forward]) }
    for number in [3, 4, 4, 5] {
      try talk.say(
        #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":\#(number)}}"#, .host)
    }
    // A late answer makes room too, but only once.
    try talk.say(#"{"jsonrpc":"2.0","id":4,"result":{}}"#, .server)
    let more = try (0..<4).map { try talk.say(ping(limit + $0), .host).effects == [.forward] }
    #expect(more == [true, true, true, false])
  }

  @Test func `names of tools, tasks and streams, and ids of what was denied, are not kept where they are long`() throws
  {
    var talk = try Talk()
    try talk.say(#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#, .host)
    let tool = #"{"name":"\#(Self.long)","inputSchema":{},"outputSchema":{}}"#
    try talk.say(#"{"jsonrpc":"2.0","id":1,"result":{"tools":[\#(tool)]}}"#, .server)
    _ = try talk.call(Self.long, "no")
    _ = try talk.call("t", Self.long)
    try talk.say(#"{"jsonrpc":"2.0","id":"t","result":{"resultType":"task","taskId":"t"}}"#, .server)
    try talk.listen(#""\#(Self.long)""#)
    try talk.acknowledge(#""\#(Self.long)""#)
    #expect(talk.announced() == 0)
    try talk.say(#"{"jsonrpc":"2.0","id":"\#(Self.long)","result":{}}"#, .server)
    #expect(talk.session.tables.allSatisfy { $0.count == 0 })
  }

  @Test func `only streams that the host has open are told of changes`() throws {
    var talk = try Talk()
    // The acknowledged id may be a secret that a scan would have kept back.
    try talk.acknowledge(#""ghp_server""#)
    try talk.say(#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#, .host)
    try talk.acknowledge("1")
    #expect(talk.announced() == 0)
    try talk.listen("2")
    try talk.acknowledge("2")
    #expect(talk.announced() == 1)
    try talk.say(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":2}}"#, .host)
    try talk.acknowledge("2")
    #expect(talk.announced() == 0)
  }

  @Test func `each table forgets or refuses at its limit`() throws {
    var talk = try Talk()
    for number in 0..<5000 {
      _ = try talk.call("d\(number)", "no")
      _ = try talk.call("t\(number)", "echo")
      try talk.say(
        #"{"jsonrpc":"2.0","id":"t\#(number)","result":{"resultType":"task","taskId":"\#(number)"}}"#, .server)
      try talk.listen("\(number)")
      try talk.acknowledge("\(number)")
    }
    #expect(talk.session.tables.allSatisfy { $0.count <= $0.limit })
    #expect(talk.session.tables.map(\.count).contains(4096), "the tasks")
    #expect(talk.session.tables.map(\.count).filter { $0 == 256 }.count == 2, "denied ids and streams")
  }
}

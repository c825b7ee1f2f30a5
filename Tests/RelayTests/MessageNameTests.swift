import DataLoss
import Relay
import Testing
import Wire

/// The names and ids of a server's messages can't be masked: a message is refused if something is found in them.
@Suite struct MessageNameTests {
  private static let token = "ghp_" + String(repeating: "a1B2", count: 9)
  private static let escaped = #"\u0067h\u0070\u005f"# + token.dropFirst(4)
  private static let rules = """
    dlp_rules:
      - {id: number, name: number, pattern: '9182736455', category: custom, action: mask}
    """

  private static func talk(
    _ rules: String = #"{allow: "*"}"#, _ configure: (inout Session.Options) -> Void
  ) throws -> ProtocolTests.Talk {
    let talk = try ProtocolTests.Talk(rules, more: Self.rules, configure)
    try talk.handshake()
    return talk
  }

  private static func decision(_ step: Step) throws -> SessionRecord.JudgedCall {
    guard case .decision(let judged)? = step.record else { throw MessageError(.notAnObject, at: 0) }
    return judged
  }

  @Test(
    arguments: ["sampling/createMessage", "elicitation/create", "roots/list", "ping", "vendor/ask"],
    [#""\#(token)""#, #""a \#(escaped)""#, "9182736455", #""9182736455""#])
  func `a question under an id that holds what is masked is refused, and the host hears nothing`(
    method: String, id: String
  ) throws {
    for mode in [ResultMode.mask, .block] {
      // Whether a rule names the method or not.
      for rules in [#"{allow: "*"}"#, #"{allow: ["s", "*:*/*"]}"#] {
        let talk = try Self.talk(rules) { $0.resultMode = mode }
        let step = try talk.server(method, id: id)
        guard case .send(let line, to: .server)? = step.effects.first, step.effects.count == 1 else {
          Issue.record("\(step.effects)")
          continue
        }
        let reply = String(decoding: line, as: UTF8.self)
        #expect(reply.contains(#""id":\#(id),"#))
        #expect(reply.contains(method == "elicitation/create" ? "decline" : #""code":-1"#))
        let judged = try Self.decision(step)
        #expect(judged.isBlocked && judged.from == .server && judged.dataLoss.isInName)
        // The host may not answer a question that it was never asked.
        let answer = try talk.send(#"{"jsonrpc":"2.0","id":\#(id),"result":{}}"#, from: .host)
        #expect(!answer.effects.contains(.forward))
      }
    }
  }

  @Test func `where nothing is protected it passes, and says what was found`() throws {
    for observes in [false, true] {
      let talk = try Self.talk {
        $0.resultMode = observes ? .block : .detect
        $0.observes = observes
      }
      let step = try talk.server("roots/list", id: #""\#(Self.token)""#)
      #expect(step.effects == [.forward])
      guard case .observation(let observation)? = step.record else {
        Issue.record("nothing on record")
        continue
      }
      #expect(observation.dataLoss.isInName && !observation.dataLoss.findings.isEmpty)
    }
  }

  @Test func `the protocol's own words are no finding, and ids without one are as they were`() throws {
    let rule = "dlp_rules: [{id: w, name: w, pattern: 'roots|notifications', category: custom, action: block}]"
    let talk = try ProtocolTests.Talk(#"{allow: "*"}"#, more: rule) { $0.resultMode = .block }
    try talk.handshake()
    #expect(try talk.server("roots/list", id: "7").effects == [.forward])
    #expect(
      try talk.send(#"{"jsonrpc":"2.0","method":"notifications/progress"}"#, from: .server).effects == [.forward])
    #expect(try talk.send(#"{"jsonrpc":"2.0","method":"notifications/x"}"#, from: .server).effects.isEmpty)
    #expect(try talk.server("vendor/roots", id: "8").effects != [.forward])
  }

  @Test func `what a server answers to a ping is looked at too`() throws {
    let talk = try Self.talk { $0.resultMode = .mask }
    _ = try talk.host("ping")
    #expect(try talk.answer("{}").effects == [.forward])
    _ = try talk.host("ping")
    #expect(try talk.answer(#"{"a":"\#(Self.token)"}"#).effects != [.forward])
  }
}

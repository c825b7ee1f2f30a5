import Relay
import Testing

/// The lists that a host sees: what is denied outright is not in them.
@Suite struct ListTests {
  private static func listed(
    _ rules: String, _ page: String, of method: String, more: String = "",
    _ configure: (inout Session.Options) -> Void = { _ in }
  ) throws -> String {
    let talk = try ProtocolTests.Talk(rules, more: more, configure)
    _ = try talk.host(method)
    let line = #"{"jsonrpc":"2.0","id":1,"result":\#(page)}"#
    let step = try talk.send(line, from: .server)
    guard case .forwardEdited(let edits)? = step.effects.first else { return page }
    return String(
      decoding: edited(line, edits).dropFirst(#"{"jsonrpc":"2.0","id":1,"result":"#.utf8.count).dropLast(),
      as: UTF8.self)
  }

  private static let page =
    #"{ "tools":[ {"name":"a"} , {"name":"b_x","x":[1,2]},{"name":"c"}, {"name":"b_y"} ] , "nextCursor":"k","cacheScope":"public" }"#

  @Test(arguments: [
    (
      #"{deny: "s:b*"}, {allow: "*"}"#,
      #"{ "tools":[ {"name":"a"},{"name":"c"} ] , "nextCursor":"k","cacheScope":"private" }"#
    ),
    (#"{allow: "s:b_x"}"#, #"{ "tools":[ {"name":"b_x","x":[1,2]} ] , "nextCursor":"k","cacheScope":"private" }"#),
    (
      #"{allow: "s:b*"}"#,
      #"{ "tools":[ {"name":"b_x","x":[1,2]}, {"name":"b_y"} ] , "nextCursor":"k","cacheScope":"private" }"#
    ),
    (#"{deny: "*"}"#, #"{ "tools":[  ] , "nextCursor":"k","cacheScope":"private" }"#),
    (#"{allow: "*"}"#, page),
    // A tool whose decision depends on the arguments is shown.
    (#"{deny: "s:b*", when: {p: x}}, {allow: "*"}"#, page),
    (#"{allow: "s:b*", when: {p: x}}, {allow: "s:a"}, {allow: "s:c"}"#, page),
    // A rule may name the tool in any spelling.
    (
      #"{deny: "mcp__s__a"}, {deny: "mcp.tool.call", resources: ["mcp://s/c"]}, {allow: "*"}"#,
      #"{ "tools":[ {"name":"b_x","x":[1,2]}, {"name":"b_y"} ] , "nextCursor":"k","cacheScope":"private" }"#
    ),
    (#"{deny: "s:a", clients: [other]}, {allow: "*"}"#, page),
  ])
  func `a list loses what is denied whatever the arguments, and nothing else`(rules: String, expected: String) throws {
    #expect(try Self.listed(rules, Self.page, of: "tools/list") == expected)
  }

  @Test func `a list is kept on request, and while only observing`() throws {
    #expect(try Self.listed(#"{deny: "*"}"#, Self.page, of: "tools/list") { $0.hidesDenied = false } == Self.page)
    #expect(try Self.listed(#"{deny: "*"}"#, Self.page, of: "tools/list") { $0.observes = true } == Self.page)
  }

  @Test func `resources go by their URI, prompts all together`() throws {
    let resources = #"{"resources":[{"uri":"file:///a"},{"uri":"http://b"}]}"#
    let rules = #"{deny: "mcp.resource.read", resources: ["mcp://s/http*"]}, {deny: "*:prompts/get"}, {allow: "*"}"#
    #expect(try Self.listed(rules, resources, of: "resources/list") == #"{"resources":[{"uri":"file:///a"}]}"#)
    #expect(try Self.listed(rules, #"{"prompts":[{"name":"p"}]}"#, of: "prompts/list") == #"{"prompts":[]}"#)
    let templates = #"{"resourceTemplates":[{"uriTemplate":"http://{x}"}]}"#
    #expect(try Self.listed(rules, templates, of: "resources/templates/list") == templates)
  }

  @Test(arguments: [
    (#"{allow: "mcp.resource.read", resources: ["mcp://s/http://a/*"]}"#, true),
    (#"{allow: "s:resources/read", resources: ["mcp://s/http://a/*"]}"#, true),
    (#"{allow: "s:resources/read", when: {uri: "http://a/*"}}"#, true),
    (#"{allow: "s:prompts/get"}"#, false),
    (#"{deny: "mcp.resource.read"}, {allow: "s"}"#, false),
    (#"{deny: "mcp.resource.read", resources: ["mcp://s/http://a/*"]}, {deny: "s"}"#, false),
  ])
  func `a template is listed as long as one of its resources may be read`(rules: String, isListed: Bool) throws {
    let templates = #"{"resourceTemplates":[{"uriTemplate":"http://{x}/{y}"}]}"#
    let listed = try Self.listed(rules, templates, of: "resources/templates/list")
    #expect(listed == (isListed ? templates : #"{"resourceTemplates":[]}"#))
  }

  @Test func `a policy overrules what a server says of its tools`() throws {
    let more = """
      dialect: czproxy/1
      annotations: {"s:delete*": {readOnlyHint: false, destructiveHint: true}, "s:*": {readOnlyHint: true, openWorldHint: false}}
      """
    let page =
      #"{"tools":[{"name":"delete","annotations":{"title":"x","readOnlyHint":true}},{"name":"b"},{"name":"c","annotations":{}},{"name":"d","annotations":null}]}"#
    let expected =
      #"{"tools":[{"name":"delete","annotations":{"destructiveHint":true,"openWorldHint":false,"title":"x","readOnlyHint":false}},{"name":"b","annotations":{"readOnlyHint":true,"openWorldHint":false}},{"name":"c","annotations":{"readOnlyHint":true,"openWorldHint":false}},{"name":"d","annotations":{"readOnlyHint":true,"openWorldHint":false}}]}"#
    #expect(try Self.listed(#"{allow: "*"}"#, page, of: "tools/list", more: more) == expected)
    #expect(try Self.listed(#"{allow: "*"}"#, page, of: "tools/list", more: more) { $0.observes = true } == page)

    // The hints are replaced in every spelling that some host reads.
    let spelt = #"{"tools":[{"name":"e","annotations":{"ReadOnlyHint":false,"title":"x"},"Annotations":7}]}"#
    let overruled =
      #"{"tools":[{"name":"e","annotations":{"readOnlyHint":true,"openWorldHint":false,"ReadOnlyHint":true,"title":"x"},"Annotations":{"readOnlyHint":true,"openWorldHint":false}}]}"#
    #expect(try Self.listed(#"{allow: "*"}"#, spelt, of: "tools/list", more: more) == overruled)
    let named = #"{"Tools":[{"Name":"delete","annotations":{"readOnlyHint":true,"destructiveHint":false}}]}"#
    let known =
      #"{"Tools":[{"Name":"delete","annotations":{"openWorldHint":false,"readOnlyHint":false,"destructiveHint":true}}]}"#
    #expect(try Self.listed(#"{allow: "*"}"#, named, of: "tools/list", more: more) == known)
    #expect(try Self.listed(#"{deny: "s:delete"}, {allow: "*"}"#, named, of: "tools/list") == #"{"Tools":[]}"#)
  }
}

import Testing

@testable import Policy

/// Arguments that a call leaves out, and texts that servers take for none.
struct AbsentValueTests {
  /// The Python SDK for servers decodes `null` too, if a parameter is not just a `str`.
  @Test("the text `null` is no value, too, unless the tool takes it as it stands", arguments: ["null", " null\\n"])
  func textOfNull(text: String) throws {
    let optional = ##"{"properties": {"b": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": "main"}}}"##
    let arguments = #"{"b": "\#(text)"}"#
    for schema in [nil, optional] {
      #expect(try effect("allow", "{b: {op: not_in, value: [main]}}", arguments, schema: schema) == .deny)
      #expect(try effect("allow", "{b: {op: exists}}", arguments, schema: schema) == .deny)
      #expect(try effect("deny", "{b: {op: not_exists}}", arguments, schema: schema) == .deny)
      #expect(try effect("deny", "{b: dev}", arguments, schema: schema) == .allow)
    }
    #expect(try effect("deny", "{b: main}", arguments, schema: optional) == .deny)
    let plain = #"{"properties": {"b": {"type": "string"}}}"#
    #expect(try effect("allow", "{b: {op: not_in, value: [main]}}", arguments, schema: plain) == .allow)
    #expect(try effect("deny", "{b: {op: not_exists}}", arguments, schema: plain) == .allow)
  }

  /// As in `branch || "main"`, and in Go, which does not tell it from no text.
  @Test("an empty text is no value, too, unless a rule that lets through names it", arguments: ["", " "])
  func emptyTexts(text: String) throws {
    let schema = #"{"properties": {"b": {"type": "string", "default": "main"}}}"#
    let arguments = #"{"b": "\#(text)"}"#
    for schema in [nil, schema] {
      #expect(try effect("allow", "{b: {op: not_in, value: [main]}}", arguments, schema: schema) == .deny)
      #expect(try effect("allow", "{b: {op: exists}}", arguments, schema: schema) == .deny)
      #expect(try effect("deny", "{b: {op: not_exists}}", arguments, schema: schema) == .deny)
      #expect(try effect("deny", "{b: dev}", arguments, schema: schema) == .allow)
      #expect(try effect("allow", "{b: {op: in, value: ['', ' ', dev]}}", arguments, schema: schema) == .allow)
    }
    #expect(try effect("deny", "{b: main}", arguments, schema: schema) == .deny)
  }

  /// The tool says what it takes where nothing is said.
  @Test("an argument that is left out is what the tool takes then, to a rule that denies", arguments: ["", "args."])
  func defaults(prefix: String) throws {
    let schema = ##"""
      {"properties": {"branch": {"type": "string", "default": "main"}, "n": {"default": 7, "type": "integer"},
        "path": {"type": "string"}, "o": {"type": "object", "properties": {"a": {"default": true}}}}}
      """##
    func effect(_ effect: String, _ when: String, _ arguments: String = "{}") throws -> Effect {
      let policy = try localPolicy(
        "dialect: czproxy/1\nsettings: {default_action: \(effect == "deny" ? "allow" : "deny")}\n"
          + "rules: [{effect: \(effect), action: \"t:m\", when: {\(prefix)\(when)}}]")
      return policy.decide(try toolCall("t", "m", arguments, schema: schema)).effect
    }
    for arguments in ["{}", #"{"branch": null, "n": null}"#] {
      #expect(try effect("deny", "branch: main", arguments) == .deny)
      #expect(try effect("deny", "branch: {op: not_in, value: [dev]}", arguments) == .deny)
      #expect(try effect("deny", "n: {op: gt, value: 5}", arguments) == .deny)
      #expect(try effect("deny", "branch: dev", arguments) == .allow)
      #expect(try effect("allow", "branch: main", arguments) == .deny)
    }
    #expect(try effect("deny", "branch: main", #"{"branch": "dev"}"#) == .allow)
    // Whether it is there is another question.
    #expect(try effect("deny", "branch: {op: exists}") == .allow)
    #expect(try effect("allow", "branch: {op: not_exists}") == .allow)
    #expect(try effect("deny", "path: '*'") == .allow)
    if !prefix.isEmpty {
      #expect(try effect("deny", "o.a: true", #"{"o": {}}"#) == .deny)
      #expect(try effect("deny", "o.a: true") == .deny)
    }
  }

  /// Pydantic describes what a parameter holds apart, under `$defs`.
  @Test(
    "a default is found behind references and alternatives, in lists, and in the default of what is around it",
    arguments: [
      ("args.o.branch: main", #"{"o": {}}"#, #"{"o": {"branch": "dev"}}"#),
      ("args.o.branch: main", "{}", #"{"o": {"branch": "dev"}}"#),
      ("args.p.branch: main", #"{"p": {"branch": null}}"#, #"{"p": {"branch": "dev"}}"#),
      ("args.all.branch: main", "{}", #"{"all": {"branch": "dev"}}"#),
      ("args.whole.branch: main", "{}", #"{"whole": {}}"#),
      ("'args.list[*]': main", "{}", #"{"list": []}"#),
      ("'args.list[1]': main", #"{"list": null}"#, #"{"list": ["dev"]}"#),
      ("'args.files[*].branch': main", #"{"files": [{"branch": "dev"}, {}]}"#, "{}"),
      ("'args.files[*].branch': main", #"{"files": [{}]}"#, #"{"files": []}"#),
      ("args.round.branch: main", #"{"round": {"next": {}}}"#, #"{"round": {"branch": "dev"}}"#),
      ("args.round.next.branch: main", #"{"round": {"next": {}}}"#, #"{"round": {"next": {"branch": "dev"}}}"#),
    ])
  func defaultsElsewhere(when: String, denied: String, allowed: String) throws {
    let schema = ##"""
      {"$defs": {
         "Options": {"properties": {"branch": {"anyOf": [{"type": "string", "default": "main"}, {"type": "null"}]}}},
         "Round": {"allOf": [{"$ref": "#/$defs/Round"}, {"$ref": "#/$defs/Options"}, {"$ref": "#/$defs/none"}],
           "properties": {"next": {"$ref": "#/$defs/Round"}}}},
       "properties": {
         "o": {"$ref": "#/$defs/Options"}, "p": {"anyOf": [{"$ref": "#/$defs/Options"}, {"type": "null"}]},
         "all": {"allOf": [{"$ref": "#/$defs/Options"}]}, "round": {"$ref": "#/$defs/Round"},
         "whole": {"type": "object", "default": {"branch": "main"}, "properties": {"branch": {"type": "string"}}},
         "list": {"type": "array", "items": {"type": "string"}, "default": ["dev", "main"]},
         "files": {"type": "array", "items": {"$ref": "#/$defs/Options"}}}}
      """##
    let policy = try localPolicy("dialect: czproxy/1\nrules: [{deny: \"t:m\", when: {\(when)}}, {allow: t}]")
    #expect(policy.decide(try toolCall("t", "m", denied, schema: schema)).effect == .deny)
    #expect(policy.decide(try toolCall("t", "m", allowed, schema: schema)).effect == .allow)
  }
}

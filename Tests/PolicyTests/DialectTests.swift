import Testing

@testable import Policy

/// Files with links, for `within`.
struct TestFiles: FileSystemView {
  var homeDirectory: [UInt8]? = Array("/home/me".utf8)
  var links = [
    "/site/link": "/etc", "/site/up": "..", "/loop": "/loop", "/site/rel": "sub/dir", "/tmp/real": "/site",
    "/proc/self": "77", "/proc/77/cwd": "/site", "/proc/77/task/78/cwd": "/site",
    "/proc/thread-self": "77/task/78", "/dev/fd": "/proc/self/fd", "/site/here": "/proc/self/cwd",
  ]

  func linkTarget(of path: [UInt8]) -> [UInt8]? {
    links[String(decoding: path, as: UTF8.self)].map { Array($0.utf8) }
  }
}

struct DialectTests {
  private func effect(
    _ effect: String, _ when: String, _ arguments: String, files: (any FileSystemView)? = TestFiles()
  ) throws -> Effect {
    let policy = try localPolicy(
      """
      version: "1"
      dialect: czproxy/1
      settings: {default_action: \(effect == "deny" ? "allow" : "deny")}
      rules:
        - effect: \(effect)
          action: fs:read
          when: \(when)
      """)
    return policy.decide(try toolCall("fs", "read", arguments, files: files)).effect
  }

  /// A condition on paths that are relative to `/site`.
  private func paths(_ operation: String, _ directories: String, key: String = "path") -> String {
    "{\(key): {op: \(operation), value: \(directories), relative_to: /site}}"
  }

  @Test(
    "every spelling of a path inside is inside",
    arguments: [
      "/etc/passwd", "/etc", "/etc/", "//etc//passwd", "/etc/./x", "/x/../etc/passwd", "../etc/passwd", "link/passwd",
      "file:///etc/passwd", "FILE:///etc/passwd", "f\u{131}le:///etc/passwd", "F\u{130}LE:/etc/x",
      "file://localhost/etc/x", "/%65tc/passwd", "file:///%65tc/passwd",
      "up/etc/passwd", "/site/up/etc", "link", "./link/x", "%2Fetc%2Fpasswd", "/site/../etc",
      // As readers of URLs and tools that trim take them.
      " /etc/x", "/etc/x\\n", " file:///etc/x", "f\\nile:///etc/x", "file:etc/x", #"file:\\\\\\etc\\x"#,
      #"file:///site/..\\etc\\x"#, "file:///site/.\\t./etc/x", "file:///site/a?/../../etc/x",
      "file:///site/a#/../../etc/x",
      // As tools take them that trim more than ASCII, take quotation marks off, turn backslashes round, decode twice.
      "\u{a0}/etc/x", "\u{feff}/etc/x", "/etc/\u{3000}", "'/etc/x'", #"\"/etc/x\""#, "`../etc/x`", #"..\\etc\\x"#,
      #"/site\\..\\etc"#, #"link\\x"#, "..%5cetc", "%252e%252e/etc/x",
    ])
  func isInside(path: String) throws {
    #expect(try effect("deny", paths("within", "/etc"), "{\"path\": \"\(path)\"}") == .deny)
    #expect(try effect("allow", paths("not_within", "/etc"), "{\"path\": \"\(path)\"}") == .deny)
  }

  @Test(
    "a path outside is outside", arguments: ["/etcetera", "/site/etc", "etc", "/tmp", "~/etc", "/site/rel/x", "a b"])
  func isOutside(path: String) throws {
    #expect(try effect("deny", paths("within", "/etc"), "{\"path\": \"\(path)\"}") == .allow)
    #expect(try effect("allow", paths("not_within", "/etc"), "{\"path\": \"\(path)\"}") == .allow)
  }

  @Test(
    "only what is inside in every reading is let in",
    arguments: [
      "x", "/site/x", "/site/rel/y", "/tmp/real/z", "a/../b", " x ", "a:b", "file:///site/x?y#z", "/site/$HOME/x",
      "a/$b", #"a\\b"#, "'a'", "it's", "50%-0", "\u{a0}a",
    ])
  func isLetIn(path: String) throws {
    #expect(try effect("allow", paths("within", "[/site, /srv]"), "{\"path\": \"\(path)\"}") == .allow)
  }

  @Test(
    "what may be outside in some reading is not let in",
    arguments: [
      "..", "link/x", "~/x", "file:///etc/x", "%2e%2e/x", "/loop/x", "~root/x", "", "a\\u0000b", "up/up/x",
      "/site/.. ", " ", "http://site/x", "local_file:///site/x", "url:file:/site/x", #"http:\\site"#, " http://site/x",
      "file:x", "$HOME/x", "${OLDPWD}/x", " $HOME/x", "%24HOME/x",
      #"..\\x"#, "'../x'", "\u{a0}/etc", "''", "\u{feff}", "%252e%252e/x",
    ])
  func isNotLetIn(path: String) throws {
    #expect(try effect("allow", paths("within", "/site"), "{\"path\": \"\(path)\"}") == .deny)
  }

  @Test(
    "what a relative path starts from is told by the rule alone", arguments: ["x", "./x", "a%20b", "%2Fetc", "~/x"])
  func relativePaths(path: String) throws {
    let arguments = "{\"path\": \"\(path)\"}"
    #expect(try effect("allow", "{path: {op: within, value: [/site, /home/me]}}", arguments) == .deny)
    #expect(try effect("deny", "{path: {op: within, value: /etc}}", arguments) == .deny)
    #expect(try effect("allow", "{path: {op: not_within, value: /etc}}", arguments) == .deny)
  }

  /// The proxy's own directory and files are others than the server's.
  @Test(
    "what is another place for each process is in doubt",
    arguments: ["/proc/self/cwd/x", "/proc/thread-self/cwd/x", "/site/here/x", "/dev/fd/3", "/proc/./self/../self/cwd"])
  func placesOfProcesses(path: String) throws {
    #expect(try effect("allow", paths("within", "/site"), "{\"path\": \"\(path)\"}") == .deny)
    #expect(try effect("deny", paths("within", "/etc"), "{\"path\": \"\(path)\"}") == .deny)
    #expect(try effect("deny", paths("within", "[/proc/self, /etc]"), #"{"path": "/site/x"}"#) == .allow)
    #expect(try effect("allow", paths("within", "/site"), #"{"path": "/proc/77/cwd/x"}"#) == .allow)
  }

  @Test("a path goes on within what is too deeply nested to be decoded here: in doubt")
  func deepTexts() throws {
    let deep = String(repeating: "[", count: 200) + String(repeating: "]", count: 200)
    let arguments = #"{"o": "{\"path\": \"/etc/x\", \"d\": \#(deep)}"}"#
    #expect(try effect("deny", paths("within", "/etc", key: "args.o.path"), arguments) == .deny)
    #expect(try effect("allow", "{args.o.path: {op: not_exists}}", arguments) == .deny)
  }

  @Test("of several directories that a relative path may start from, each counts")
  func severalBases() throws {
    let policy = "{path: {op: within, value: /site, relative_to: [/site, /srv]}}"
    #expect(try effect("allow", policy, #"{"path": "x"}"#) == .deny)
    #expect(try effect("allow", policy, #"{"path": "/site/x"}"#) == .allow)
    #expect(try effect("allow", policy, #"{"path": "file:///site/x"}"#) == .deny)
    #expect(try effect("deny", policy, #"{"path": "x"}"#) == .deny)
  }

  @Test("a URL needs no directory to start from", arguments: ["file:///site/x", "file://localhost/site/a%20b"])
  func urls(path: String) throws {
    #expect(try effect("allow", "{path: {op: within, value: /site}}", "{\"path\": \"\(path)\"}") == .allow)
    #expect(try effect("deny", "{path: {op: within, value: /etc}}", "{\"path\": \"\(path)\"}") == .allow)
  }

  @Test(
    "a URL that a tool may take for a relative path is in doubt like one",
    arguments: [
      "file:///../.ssh/id", "file://x/../../.ssh/id", "https://x/../../.ssh/id", "file:///%2e%2e/.ssh",
      "https://x/%252e./y",
      #"file:///..\\.ssh"#, "file://.ssh/id", "file://site/x", "file:.ssh/id",
    ])
  func urlsThatMayBeRelative(path: String) throws {
    #expect(try effect("deny", "{path: {op: within, value: /home/me/.ssh}}", "{\"path\": \"\(path)\"}") == .deny)
    #expect(try effect("allow", "{path: {op: within, value: /}}", "{\"path\": \"\(path)\"}") == .deny)
  }

  @Test(
    "a URL's host is a directory to a tool that removes only what is before it",
    arguments: ["file://etc/passwd", "FILE://etc", "https://etc/passwd", #"file:\\\\etc\\x"#, "file://etc?x"])
  func hosts(path: String) throws {
    for condition in [paths("within", "/etc"), "{path: {op: within, value: /etc}}"] {
      #expect(try effect("deny", condition, "{\"path\": \"\(path)\"}") == .deny)
    }
    #expect(try effect("allow", paths("within", "/site"), "{\"path\": \"\(path)\"}") == .deny)
  }

  @Test(
    "a web address is no place that a rule protects, unless a tool that reads it as a path comes there",
    arguments: [
      ("https://example.com/a.pdf?x=/etc/passwd#etc", Effect.allow), ("http://localhost:8080", .allow),
      ("https://x/etc/passwd", .deny), ("http://x/../etc/x", .deny), ("https:/etc/x", .deny), ("HTTP:///etc", .deny),
      (#"http:\\\\x\\etc"#, .deny), ("https://x/%65tc", .deny), ("https://x?/../../../etc/x", .deny),
      ("ftp://example.com/a", .deny), ("local_file:///site", .deny), ("httpx://a/b", .deny),
    ])
  func webAddresses(address: String, expected: Effect) throws {
    let arguments = "{\"path\": \"\(address)\"}"
    for condition in [paths("within", "/etc"), "{path: {op: within, value: /etc}}"] {
      #expect(try effect("deny", condition, arguments) == expected)
    }
    for operation in ["within", "not_within"] {
      #expect(try effect("allow", paths(operation, "/site"), arguments) == .deny)
    }
    #expect(try effect("deny", paths("not_within", "/"), arguments) == .deny)
  }

  @Test("an empty path is what relative ones start from to a rule that protects, and opens nothing")
  func emptyPaths() throws {
    let empty = #"{"path": ""}"#
    #expect(try effect("deny", paths("within", "/etc"), empty) == .allow)
    #expect(try effect("deny", paths("within", "/site"), empty) == .deny)
    #expect(try effect("deny", "{path: {op: within, value: /etc, relative_to: [/site, /etc]}}", empty) == .deny)
    #expect(try effect("deny", "{path: {op: within, value: /etc}}", empty) == .deny)
    #expect(try effect("allow", paths("within", "/site"), empty) == .deny)
  }

  @Test(
    "what some reader of URLs takes out of a directory is not in it",
    arguments: [#"file:///site/..\\etc/x"#, "file:///site/.\\t./etc", "file:///site/a?/../../etc", "/site/.. "])
  func urlsThatLeadOut(path: String) throws {
    #expect(try effect("allow", "{path: {op: within, value: /site}}", "{\"path\": \"\(path)\"}") == .deny)
  }

  @Test("`relative_to` is an absolute path, or some", arguments: ["x", "[]", "''", "[/a, b]", "~"])
  func badBases(base: String) {
    let condition = "{p: {op: within, value: /x, relative_to: \(base)}}"
    #expect(throws: PolicyError.self) {
      try localPolicy("version: '1'\ndialect: czproxy/1\nrules: [{allow: t, when: \(condition)}]")
    }
  }

  /// Some file systems take names without regard to case.
  @Test("a directory that is protected is so in any case, and one that is opened in its own alone")
  func cases() throws {
    for path in ["/ETC/x", "/Etc/x", "/site/../eTc"] {
      #expect(try effect("deny", paths("within", "/etc"), "{\"path\": \"\(path)\"}") == .deny)
      #expect(try effect("allow", paths("not_within", "/etc"), "{\"path\": \"\(path)\"}") == .deny)
      #expect(try effect("allow", paths("within", "/etc"), "{\"path\": \"\(path)\"}") == .deny)
      #expect(try effect("deny", paths("not_within", "/etc"), "{\"path\": \"\(path)\"}") == .deny)
    }
  }

  @Test(
    "a path within a repository can be told by a root that is made up",
    arguments: [
      (".github/x", true), ("./.github/x", true), ("/.github/x", true), ("src/../.github/x", true),
      (".github", true), ("src/.github/x", false), ("README.md", false),
    ])
  func madeUpRoots(path: String, isInside: Bool) throws {
    let test = "{path: {op: within, value: [/r/.github, /.github], relative_to: /r}}"
    #expect(try effect("deny", test, "{\"path\": \"\(path)\"}") == (isInside ? .deny : .allow))
  }

  @Test("each text of a list is judged, and what is no text is in doubt")
  func lists() throws {
    let within = #"{paths: {op: within, value: /site, relative_to: /site}}"#
    #expect(try effect("allow", within, #"{"paths": ["a", "b"]}"#) == .allow)
    #expect(try effect("allow", within, #"{"paths": ["a", "/etc/b"]}"#) == .deny)
    #expect(try effect("allow", within, #"{"paths": ["a", 5]}"#) == .deny)
    #expect(try effect("allow", within, #"{"paths": []}"#) == .deny)
    #expect(try effect("allow", within, #"{"paths": "[\"/etc/b\"]"}"#) == .deny)
    let denied = #"{paths: {op: within, value: /etc, relative_to: /site}}"#
    #expect(try effect("deny", denied, #"{"paths": ["a", "/etc/b"]}"#) == .deny)
    #expect(try effect("deny", denied, #"{"paths": "[\"/etc/b\"]"}"#) == .deny)
    #expect(try effect("deny", denied, #"{"paths": [5]}"#) == .deny)
  }

  @Test("more paths than can be looked at in bounded time are in doubt")
  func tooManyPaths() throws {
    let long = String(repeating: "a/", count: 2000)
    let many = "[" + Array(repeating: "\"\(long)\"", count: 20).joined(separator: ",") + "]"
    for value in ["\"" + String(repeating: "a/../", count: 1000) + "\"", many] {
      #expect(try effect("allow", paths("within", "/work", key: "p"), "{\"p\": \(value)}") == .deny)
      #expect(try effect("deny", paths("within", "/etc", key: "p"), "{\"p\": \(value)}") == .deny)
    }
  }

  @Test("without a file system to look at a path is in doubt")
  func noFiles() throws {
    #expect(try effect("allow", paths("within", "/site"), #"{"path": "/site/x"}"#, files: nil) == .deny)
    #expect(try effect("deny", paths("within", "/etc"), #"{"path": "/site/x"}"#, files: nil) == .deny)
  }

  @Test("paths into the arguments reach what they name")
  func argumentPaths() throws {
    let arguments =
      #"{"options": {"path": "x"}, "items": [{"n": "a"}, {"n": "b"}], "list": ["a", "a"], "args": {"q": "no"}}"#
    #expect(try effect("allow", "{args.options.path: x}", arguments) == .allow)
    #expect(try effect("allow", "{'args.items[1].n': b}", arguments) == .allow)
    #expect(try effect("allow", "{'args.items[2].n': b}", arguments) == .deny)
    #expect(try effect("allow", "{'args.items[*].n': a}", arguments) == .deny)
    #expect(try effect("deny", "{'args.items[*].n': a}", arguments) == .deny)
    #expect(try effect("allow", "{'args.list[*]': a}", arguments) == .allow)
    #expect(try effect("allow", "{args.options.none: {op: not_exists}}", arguments) == .allow)
    #expect(try effect("allow", "{args.options.path.deeper: x}", arguments) == .deny)
  }

  @Test("a path goes on within a text that a server may decode")
  func decodedTexts() throws {
    let arguments = #"{"list": "[\"/etc/b\"]", "deep": {"o": "{\"p\": [\"x\"]}"}}"#
    #expect(try effect("deny", "{'args.list[*]': {op: within, value: /etc, relative_to: /site}}", arguments) == .deny)
    #expect(try effect("allow", "{'args.list[*]': {op: within, value: /etc, relative_to: /site}}", arguments) == .deny)
    #expect(try effect("deny", "{'args.deep.o.p[0]': x}", arguments) == .deny)
    #expect(try effect("deny", "{'args.deep.o.p[0]': y}", arguments) == .allow)
    #expect(try effect("allow", "{'args.deep.o.p[0]': x}", arguments) == .deny)
  }

  @Test(
    "a value where a list may stand too is one of it to a rule that denies, and a list where a value may stand is each",
    arguments: [
      ("args.list[*]", #"{"list": "/etc/x"}"#), ("args.list[0]", #"{"list": "/etc/x"}"#),
      ("args.list[*].path", #"{"list": {"path": "/etc/x"}}"#), ("args.list.path", #"{"list": [{"path": "/etc/x"}]}"#),
      ("args.list[*]", #"{"list": ["/site/x", ["/etc/x"]]}"#),
    ])
  func loneValues(key: String, arguments: String) throws {
    #expect(try effect("deny", paths("within", "/etc", key: "'\(key)'"), arguments) == .deny)
    #expect(try effect("deny", paths("within", "/srv", key: "'\(key)'"), arguments) == .allow)
    if key != "args.list[*]" {
      #expect(try effect("allow", paths("within", "/etc", key: "'\(key)'"), arguments) == .deny)
    }
  }

  @Test("of a key that stands twice in a text that a server may decode, each value is judged")
  func repeatedKeys() throws {
    let arguments = #"{"o": "{\"p\": \"/etc/x\", \"p\": \"/site/x\"}"}"#
    #expect(try effect("deny", paths("within", "/etc", key: "args.o.p"), arguments) == .deny)
    #expect(try effect("deny", paths("within", "/site", key: "args.o.p"), arguments) == .deny)
    #expect(try effect("deny", paths("within", "/srv", key: "args.o.p"), arguments) == .allow)
  }

  @Test("a path through a value of the wrong type is in doubt")
  func pathsThroughWrongTypes() throws {
    for effect in ["deny", "allow"] {
      let policy = try localPolicy(
        """
        version: "1"
        dialect: czproxy/1
        settings: {default_action: \(effect == "deny" ? "allow" : "deny")}
        rules: [{effect: \(effect), action: "t:m", when: {"args.list[*]": {op: exists}}}]
        """)
      let call = try toolCall(
        "t", "m", #"{"list": "x"}"#, schema: #"{"properties": {"list": {"type": "array"}}}"#)
      #expect(policy.decide(call).effect == .deny)
    }
  }

  @Test(
    "what only the dialect knows is refused without it",
    arguments: ["effect: audit\n    action: a", "allow: a\n    when: {p: {op: within, value: /x}}"])
  func refusedWithoutDialect(rule: String) {
    #expect(throws: PolicyError.self) { try localPolicy("version: '1'\nrules:\n  - \(rule)\n") }
    #expect(throws: Never.self) { try localPolicy("version: '1'\ndialect: czproxy/1\nrules:\n  - \(rule)\n") }
  }

  @Test("without the dialect a dotted key is a key")
  func dottedKeyWithoutDialect() throws {
    let policy = try localPolicy("version: '1'\nrules:\n  - allow: t\n    when: {args.a: x}\n")
    #expect(policy.decide(try toolCall("t", "m", #"{"args.a": "x"}"#)).effect == .allow)
    #expect(policy.decide(try toolCall("t", "m", #"{"a": "x"}"#)).effect == .deny)
  }

  @Test(
    "a path that is none is refused",
    arguments: ["args.", "args.a..b", "args.a[x]", "args.a[", "args.a[-1]", "args.[0]", "args.a[0]b"])
  func badPaths(key: String) {
    #expect(throws: PolicyError.self) {
      try localPolicy("version: '1'\ndialect: czproxy/1\nrules:\n  - allow: t\n    when: {\"\(key)\": x}\n")
    }
  }
}

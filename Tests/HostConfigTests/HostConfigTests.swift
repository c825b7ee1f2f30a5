import Testing

@testable import HostConfig

struct HostConfigTests {
  private static let options = ["--server", "fs", "--policy", "/p/policy.yaml"]

  private static func config(_ text: String) throws -> HostConfig { try HostConfig(text: text) }

  private static func wrapped(_ text: String, _ options: [String] = options) throws -> String {
    try config(text).wrapped(options)
  }

  private static func unwrapped(_ text: String) throws -> String {
    try config(text).unwrapped()
  }

  // MARK: Wrapping

  @Test("the command moves behind czproxy, and every other byte stays") func wraps() throws {
    let text = #"{ "mcpServers":{"fs" : {"command":"npx", "args": ["-y","srv"] ,"env":{"A":"b"}, "timeout":5}}}"#
    #expect(
      try Self.wrapped(text)
        == #"{ "mcpServers":{"fs" : {"command":"/bin/czproxy", "args": ["run", "--server", "fs", "--policy", "#
        + #""/p/policy.yaml", "--", "npx", "-y","srv"] ,"env":{"A":"b"}, "timeout":5}}}"#)
  }

  @Test("arguments that have lines of their own keep them") func wrapsLines() throws {
    let text = """
      {
        // mine
        "servers": {
          "fs": {
            "type": "stdio",
            "command": "npx",
            "args": [
              "-y", /* yes */
              "srv",
            ],
          },
        },
      }
      """
    let expected = text.replacing("\"npx\"", with: "\"/bin/czproxy\"")
      .replacing(
        "        \"-y\"",
        with: ["run", "--server", "fs", "--policy", "/p/policy.yaml", "--", "npx", "-y"]
          .map { "        \"\($0)\"" }.joined(separator: ",\n"))
    #expect(try Self.wrapped(text) == expected)
    #expect(try Self.unwrapped(expected) == text)
  }

  @Test("a command without arguments gets some") func wrapsBareCommands() throws {
    #expect(
      try Self.wrapped(#"{"mcpServers":{"fs":{"command":"srv"}}}"#, [])
        == #"{"mcpServers":{"fs":{"command":"/bin/czproxy", "args": [ "run", "--", "srv"]}}}"#)
    #expect(
      try Self.wrapped("{\"mcpServers\":{\"fs\":{\n  \"command\":\"srv\"\n}}}", [])
        == "{\"mcpServers\":{\"fs\":{\n  \"command\":\"/bin/czproxy\",\n  \"args\": [ \"run\", \"--\", \"srv\"]\n}}}")
  }

  @Test("a command that is a list with its arguments gets czproxy in front, in the list") func wrapsLists() throws {
    let text = #"{"mcp":{"a":{"type":"local","command":["npx", "-y", 7],"environment":{"A":"b"}}}}"#
    let options = ["--server", "s"]
    let wrapped = try Self.wrapped(text, options)
    #expect(
      wrapped == #"{"mcp":{"a":{"type":"local","command":["/bin/czproxy", "run", "--server", "s", "--", "#
        + #""npx", "-y", 7],"environment":{"A":"b"}}}}"#)
    let server = try #require(try Self.config(wrapped).servers.first)
    #expect(
      server.launch == .wrapped(.init(program: "/bin/czproxy", options: options, command: ["npx", "-y", "7"])))
    #expect(server.variables == ["A"])
    #expect(try Self.wrapped(wrapped, []) == Self.wrapped(text, []))
  }

  @Test("what is wrapped already gets the new options, and is not wrapped twice") func wrapsAgain() throws {
    let text = #"{"mcpServers":{"fs":{"command":"s","args":[ "a", 8080 ]}}}"#
    let once = try Self.wrapped(text)
    #expect(try Self.wrapped(once) == once)
    let other = try Self.wrapped(once, ["--server", "other"])
    #expect(try other == Self.wrapped(text, ["--server", "other"]))
    #expect(try Self.unwrapped(other) == text)
  }

  @Test(
    "unwrapping puts every byte back",
    arguments: [
      #"{"mcpServers":{"a":{"command":"x"}}}"#, "{\"servers\":{\"a\":{\r\n\t\"command\":\"x\",\r\n\t\"env\":{}}}}",
      #"{"mcpServers":{"a":{"command":"x","args":[]}}}"#, #"{"mcpServers":{"a":{"command":"x", "args": []}}}"#,
      #"{"mcpServers":{"a":{"command":"x","args":[ ]}}}"#,
      #"{"mcpServers":{"a":{"args":["1",2,null,{"b":[]}],"command":"\u0078 y"}}}"#,
      "{\"mcpServers\":{\"a\":{\"command\":\"x\",\"args\":[\r\n\t\"1\",\r\n\t\"2\"\r\n]}}}",
      #"{"mcpServers":{"a":{"command":"x","args":["--","czproxy","run"]},"b":{"command":"é","args":["ü"]}}}"#,
      #"{"projects":{"/x":{"mcpServers":{"a":{"command":"x","args":["1"]}}}},"mcpServers":{"a":{"command":"y","args":[]}}}"#,
      "\u{feff}{\"context_servers\":{\"a\":{\"command\":\"x\",\"args\":[\"1\",]}}}",
      #"{"mcp":{"servers":{"a":{"command":"x","args":["/* no */","// no"],"disabled":true}}}}"#,
      #"{"history":["cut \ud83d"],"mcpServers":{"a":{"command":"\udc00","args":["\ud800"]}}}"#,
      #"{"mcp":{"a":{"type":"local","command":["x"]},"b":{"command":[ "y", "1",2, ],"environment":{}}}}"#,
      "{\"mcp\":{\"a\":{\"command\":[\r\n\t\"x\", // c\r\n\t\"1\"\r\n]}}}",
      #"{"mcp":{"a":{"command":["x","run","--","y"]},"b":{"command":["czproxy-old","--","czproxy","run"]}}}"#,
      #"{"amp.mcpServers":{"a":{"command":"x","args":["1"]}},"mcpServers":null}"#,
    ])
  func unwrapsToTheSameBytes(text: String) throws {
    let wrapped = try Self.wrapped(text)
    #expect(wrapped != text)
    #expect(try Self.unwrapped(wrapped) == text)
    #expect(try Self.unwrapped(text) == text)
  }

  // MARK: Reading

  @Test(
    "what is not a program is told apart",
    arguments: [
      (#"{"url":"https://x"}"#, ServerEntry.Launch.remote), (#"{"type":"http","url":"https://x"}"#, .remote),
      (#"{"serverUrl":"https://x"}"#, .remote), (#"{"url":"","type":"stdio"}"#, .unusable("it has no `command`")),
      (
        #"{"command":"x","httpUrl":"https://x"}"#,
        .unusable("it has a `command` and a URL: hosts differ in which counts")
      ),
      (#"{}"#, .unusable("it has no `command`")), (#"[]"#, .unusable("it is not an object")),
      (#"{"command":7}"#, .unusable("its `command` is not a string")),
      (#"{"command":""}"#, .unusable("its `command` is not a string")),
      (#"{"command":[]}"#, .unusable("its `command` is not a string")),
      (#"{"command":[7,"x"]}"#, .unusable("its `command` is not a string")),
      (
        #"{"command":["czproxy","run","--"],"args":["x"]}"#,
        .unusable("czproxy stands there without the command of a server")
      ),
      // Crush reads keys in any case, and the last of them counts.
      (#"{"command":"x","Command":"y"}"#, .unusable("some hosts take its key `Command` for another one")),
      (#"{"command":"x","ar\u0067S":[]}"#, .unusable("some hosts take its key `argS` for another one")),
      (#"{"command\u0000":"y"}"#, .unusable(#"some hosts take its key `command\u{0}` for another one"#)),
      (#"{"command":"x","args":"y"}"#, .unusable("its `args` is not a list")),
      (
        #"{"command":"/b/czproxy","args":["run","--server","x"]}"#,
        .unusable("czproxy stands there without the command of a server")
      ),
      (
        #"{"command":"/b/czproxy","args":["run","--"]}"#,
        .unusable("czproxy stands there without the command of a server")
      ),
    ])
  func tellsApart(entry: String, launch: ServerEntry.Launch) throws {
    let text = #"{"mcpServers":{"a":\#(entry)}}"#
    #expect(try Self.config(text).servers.map(\.launch) == [launch])
    #expect(try Self.wrapped(text) == text)
    #expect(try Self.unwrapped(text) == text)
  }

  @Test(
    "what a host keeps beside its servers is none, and no servers are none",
    arguments: [
      #"{"mcp":{"allowed":["a"],"excluded":null,"serverCommand":"x"}}"#, #"{"mcp":{}}"#, #"{"mcp":{"servers":{}}}"#,
      #"{"mcpServers":null}"#, #"{"mcp":null,"projects":{"/x":{"mcpServers":null}}}"#,
    ])
  func findsNoServers(text: String) throws {
    #expect(try Self.config(text).servers.isEmpty)
  }

  @Test("a script is told apart, and refused with what to do", arguments: ["crush/crushrc", "/w/.crushrc"])
  func refusesScripts(name: String) {
    #expect {
      _ = try HostConfig(Array("mcp add x".utf8), format: HostConfig.Format(fileName: name))
    } throws: { error in
      "\(error)".hasPrefix("scripts are not read: put `czproxy run")
    }
  }

  /// Some hosts don't look at `type`.
  @Test(
    "what has a command is a program, whatever else is said of it",
    arguments: [
      #"{"type":"sse","command":"x"}"#, #"{"type":"local","command":"x"}"#, #"{"type":7,"command":"x"}"#,
      #"{"command":"x","url":""}"#, #"{"command":"x","url":null}"#,
    ])
  func takesCommandsForPrograms(entry: String) throws {
    let text = #"{"mcpServers":{"a":\#(entry)}}"#
    #expect(try Self.config(text).servers.map(\.launch) == [.command(["x"])])
    #expect(try Self.unwrapped(Self.wrapped(text)) == text)
  }

  @Test("czproxy beside a URL is not doubled, and can be taken away") func unwrapsBesideURLs() throws {
    let once = try Self.wrapped(#"{"mcpServers":{"a":{"command":"x"}}}"#).replacing("}}}", with: #","url":"u"}}}"#)
    #expect(try Self.config(once).servers.map(\.hasURL) == [true])
    #expect(try Self.wrapped(once, ["--other"]) == once)
    let unwrapped = try Self.unwrapped(once)
    #expect(unwrapped == #"{"mcpServers":{"a":{"command":"x","url":"u"}}}"#)
    #expect(try Self.config(unwrapped).hasSameServers(as: Self.config(once)))
  }

  @Test("the names in `env` are kept") func keepsVariables() throws {
    let text = #"{"mcpServers":{"a":{"command":"x","env":{"A":"b","C\u0044":7}},"b":{"command":"x","env":[]}}}"#
    #expect(try Self.config(text).servers.map(\.variables) == [["A", "CD"], []])
    let elsewhere = #"{"servers":{"a":{"command":"x","envFile":"/e"},"b":{"command":"x"}}}"#
    #expect(try Self.config(elsewhere).servers.map(\.hasVariablesElsewhere) == [true, false])
  }

  @Test(
    "another program that looks alike is not ours",
    arguments: [
      #"{"command":"czproxy-old","args":["run","--","x"]}"#, #"{"command":"node","args":["czproxy","run","--","x"]}"#,
      #"{"command":"/b/czproxy","args":["call","--","x"]}"#,
    ])
  func knowsItsOwn(entry: String) throws {
    guard case .command? = try Self.config(#"{"mcpServers":{"a":\#(entry)}}"#).servers.first?.launch else {
      Issue.record("taken for ours")
      return
    }
  }

  @Test(
    "places are those of the file",
    arguments: [
      ("{\n  \"mcpServers\": []\n}", "2:17: `mcpServers` is not an object"),
      ("{\"mcpServers\": {}} x", "1:20: it is not JSON: something follows the value"),
      ("{\n \"a\": /* x", "2:7: it is not JSON: unexpected byte"), ("[]", "it is not a JSON object"),
      ("{\"mcpServers\":{\"a\":{},\n\"a\":{}}}", "2:1: it is not JSON: duplicate key"),
      ("{\"mcp\": {},\n \"MCP\": {}}", "2:2: some hosts take its key `MCP` for another one"),
      ("", "1:1: it is not JSON: there is no value"), ("{,}", "1:2: it is not JSON: unexpected byte"),
    ])
  func placesAreThoseOfTheFile(text: String, problem: String) {
    #expect {
      _ = try Self.config(text)
    } throws: { error in
      "\(error)" == problem
    }
  }

  @Test("hosts are known by where they keep their config") func knowsHosts() {
    #expect(KnownHost(keeping: "/home/x/.cursor/mcp.json")?.name == "cursor")
    #expect(KnownHost(keeping: "/w/.mcp.json")?.name == "claude-code")
    // The names that Control Zero's SDK has for them.
    #expect(KnownHost(keeping: "/home/x/.codex/config.toml")?.name == "codex-cli")
    #expect(KnownHost(keeping: "/home/x/.gemini/settings.json")?.name == "gemini-cli")
    #expect(KnownHost(keeping: "/home/x/.codeium/windsurf/mcp_config.json")?.name == "windsurf")
    #expect(KnownHost(keeping: "/home/x/.copilot/mcp-config.json")?.name == "copilot-cli")
    let settings = "Code/User/globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json"
    #expect(KnownHost(keeping: "/home/x/.config/\(settings)")?.name == "cline")
    #expect(KnownHost(keeping: "/w/.kiro/settings/mcp.json")?.name == "kiro")
    #expect(KnownHost(keeping: "/w/.junie/mcp/mcp.json")?.name == "junie")
    #expect(KnownHost(keeping: "/w/x.mcp.json") == nil)
    let paths = KnownHost.all.flatMap { $0.paths(home: nil, workingDirectory: "/w") }
    #expect(paths.contains("/w/.vscode/mcp.json") && paths.allSatisfy { $0.hasPrefix("/w/") })
    #expect(KnownHost(keeping: "/w/opencode.jsonc")?.name == "opencode")
    #expect(KnownHost(keeping: "/home/x/.vibe/config.toml")?.name == "mistral-vibe")
    #expect(KnownHost(keeping: "/home/x/.config/goose/config.yaml")?.name == "goose")
    #expect(KnownHost(keeping: "/home/x/.hermes/config.yaml")?.name == "hermes")
    #expect(KnownHost(keeping: "/w/.config/amp/settings.json")?.name == "amp")
    #expect(KnownHost(keeping: "/w/.crush.json")?.name == "crush")
  }

  @Test("a directory of configs is as many as there are in it") func looksIntoDirectories() {
    func names(_ directory: String) -> [String] {
      directory == "/w/.continue/mcpServers" ? ["a.yaml", "b.json", "c.md", "d.yml"] : []
    }
    let paths = KnownHost.all.flatMap { $0.paths(home: "/h", workingDirectory: "/w", names: names) }
    #expect(
      paths.filter { $0.contains("mcpServers") }
        == ["a.yaml", "b.json", "d.yml"].map { "/w/.continue/mcpServers/\($0)" })
    #expect(KnownHost(keeping: "/w/.continue/mcpServers/a.yaml")?.name == "continue")
    #expect(KnownHost(keeping: "/w/.continue/mcpServers/c.md") == nil)
    #expect(KnownHost(keeping: "/w/.continue/mcpServers/x/a.yaml") == nil)
  }

  @Test("hosts are found where a variable has moved their config") func followsVariables() {
    let variables = [
      "CODEX_HOME": "/c", "CLAUDE_CONFIG_DIR": "/d", "VIBE_HOME": "", "AMP_SETTINGS_FILE": "/a.json",
    ]
    #expect(KnownHost(keeping: "/a.json", variable: { variables[$0] })?.name == "amp")
    #expect(KnownHost(keeping: "/c/config.toml", variable: { variables[$0] })?.name == "codex-cli")
    #expect(KnownHost(keeping: "/d/.claude.json", variable: { variables[$0] })?.name == "claude-code")
    #expect(KnownHost(keeping: "/c/config.toml") == nil)
    let paths = KnownHost.all.flatMap { $0.paths(home: "/h", workingDirectory: "/w", variable: { variables[$0] }) }
    #expect(paths.contains("/a.json") && paths.contains("/c/config.toml") && paths.contains("/h/.codex/config.toml"))
    #expect(paths.contains("/d/.claude.json") && !paths.contains("/config.toml"))
    #expect(paths.allSatisfy { !$0.contains("$") })
  }
}

import Testing

@testable import HostConfig

/// The hosts that keep their servers in YAML, as their documentation and their own writers write it.
struct YAMLTests {
  private static let options = ["--server", "s"]

  private static func config(_ text: String) throws -> HostConfig { try HostConfig(text: text, .yaml) }

  private static func wrapped(_ text: String, _ options: [String] = options) throws -> String {
    try config(text).wrapped(options)
  }

  private static func unwrapped(_ text: String) throws -> String {
    try config(text).unwrapped()
  }

  private static func launches(_ text: String) throws -> [ServerEntry.Launch] { try config(text).servers.map(\.launch) }

  // MARK: Hosts

  /// As in Goose's documentation, and as it writes the file itself.
  @Test("Goose: `extensions` with `cmd`; what is built in is told apart") func readsGoose() throws {
    let text = """
      GOOSE_PROVIDER: anthropic
      extensions:
        github:
          name: GitHub
          cmd: npx
          args: [-y, "@modelcontextprotocol/server-github"]
          enabled: true
          envs: { "GITHUB_PERSONAL_ACCESS_TOKEN": "<YOUR_TOKEN>" }
          type: stdio
          timeout: 300
        fetch:
          args:
          - mcp-server-fetch
          cmd: uvx
          env_keys:
          - CONTROLZERO_HOME
          envs: {}
          type: stdio
        developer:
          enabled: true
          name: developer
          type: builtin
        mcp-searxng:
          type: streamable_http
          uri: http://localhost:3005/mcp
          cmd: ignored
        odd:
          type: inline_python
          code: print(1)

      """
    let servers = try Self.config(text).servers
    #expect(servers.map(\.name) == ["github", "fetch", "developer", "mcp-searxng", "odd"])
    #expect(
      servers.map(\.launch) == [
        .command(["npx", "-y", "@modelcontextprotocol/server-github"]), .command(["uvx", "mcp-server-fetch"]),
        .builtIn, .remote, .unusable("its `type` is none that is known to start a program (28:5)"),
      ])
    #expect(servers.map(\.variables).prefix(2) == [["GITHUB_PERSONAL_ACCESS_TOKEN"], ["CONTROLZERO_HOME"]])
    let expected = text.replacing("cmd: npx", with: "cmd: \"/bin/czproxy\"")
      .replacing("[-y,", with: #"["run", "--server", "s", "--", npx, -y,"#)
      .replacing("cmd: uvx", with: "cmd: \"/bin/czproxy\"")
      .replacing(
        "    - mcp-server-fetch",
        with: ["\"run\"", "\"--server\"", "\"s\"", "\"--\"", "uvx", "mcp-server-fetch"]
          .map { "    - \($0)" }.joined(separator: "\n"))
    #expect(try Self.wrapped(text) == expected)
    #expect(try Self.unwrapped(expected) == text)
  }

  @Test("Continue: a list, each with its name") func readsContinue() throws {
    let text = """
      name: Playwright mcpServer
      version: 0.0.1
      schema: v1
      mcpServers:
        - name: Browser search # mine
          command: npx
          args:
            - "@playwright/mcp@latest"
        - command: uvx
          name: bare
          env:
            A: ${{ secrets.A }}
        - uses: continuedev/playwright-mcp
        - command: nameless
        - name: far
          type: streamable-http
          url: https://example.com
      """
    let servers = try Self.config(text).servers
    #expect(servers.map(\.name) == ["Browser search", "bare", "", "", "far"])
    #expect(
      servers.map(\.launch) == [
        .command(["npx", "@playwright/mcp@latest"]), .command(["uvx"]),
        .unusable("it is kept elsewhere, and only named here (`uses`) (13:11)"), .unusable("it has no `name`"),
        .remote,
      ])
    #expect(servers.map(\.place.line) == [5, 9, 13, 14, 15])
    let wrapped = try Self.wrapped(text)
    #expect(
      wrapped.contains(
        """
          - command: "/bin/czproxy"
            args: [ "run", "--server", "s", "--", uvx]
            name: bare
        """))
    #expect(try Self.unwrapped(wrapped) == text)
  }

  @Test("fast-agent and mcp-agent: `mcp: servers:`") func readsFastAgent() throws {
    let text = """
      default_model: haiku
      mcp:
        servers:
          fetch:
            command: "uvx"
            args: ["mcp-server-fetch"]
          hf:
            transport: "http"
            url: "https://hf.co/mcp"
          modern:
            target: "uvx mcp-server-time"
          remote:
            target: https://example.com/mcp
          trick:
            target: https-server --no
      """
    #expect(
      try Self.launches(text) == [
        .command(["uvx", "mcp-server-fetch"]), .remote,
        .unusable("its `target` is a command line: write it as `command` and `args` (11:15)"), .remote,
        .unusable("its `target` is a command line: write it as `command` and `args` (15:15)"),
      ])
    #expect(try Self.unwrapped(Self.wrapped(text)) == text)
  }

  @Test("LibreChat: `mcpServers` at the root; Hermes: `mcp_servers`") func readsLibreChat() throws {
    let text = """
      version: 1.3.1
      interface:
        mcpServers:
          use: true # no servers
      mcpServers:
        everything:
          # type: sse # type can optionally be omitted
          url: http://localhost:3001/sse
        puppeteer:
          type: stdio
          command: npx
          args:
            - -y
            - '@modelcontextprotocol/server-puppeteer'
          serverInstructions: 'Do not access any local files'
      """
    #expect(
      try Self.launches(text) == [.remote, .command(["npx", "-y", "@modelcontextprotocol/server-puppeteer"])])
    #expect(try Self.unwrapped(Self.wrapped(text)) == text)
    let hermes = "mcp_servers:\n  time:\n    command: \"uvx\"\n    args: [\"mcp-server-time\"]\n    env: {}\n"
    #expect(try Self.launches(hermes) == [.command(["uvx", "mcp-server-time"])])
    #expect(try Self.unwrapped(Self.wrapped(hermes)) == hermes)
  }

  // MARK: Edits

  @Test(
    "unwrapping puts every byte back",
    arguments: [
      "mcpServers:\n  a:\n    command: x", "mcpServers:\n  a: {command: x}\n",
      "mcpServers: {a: {command: x, args: []}}",
      "{\"mcpServers\": {\"a\": {\"command\": \"x\", \"args\": [\"1\", 2]}}}\n",
      "\u{feff}# é\r\nmcpServers:\r\n  ü:\r\n    command: \"\\x41\" # c\r\n    env: {A: b}\r\n",
      "\u{feff}mcpServers:\r\n- args:\r\n  -   '1' # one\r\n\r\n  # two\r\n  - 2\r\n  command: x\r\n  name: a\r\n",
      "mcpServers:\n  a:\n    args: [ # c\n      '1', # d\n      2,\n    ]\n    command: 'it''s'\n",
      "mcpServers:\n  a:\n    command:\n      x\n    args:\n      - - 1\n      - {b: c}\n      - |\n        text\n",
      "mcpServers:\n  a:\n    command: ${HOME}/bin/x\n    args:\n    - a\n",
      "mcpServers:\n  a:\n    command: [x, '1']\n  b:\n    command:\n    - y\n    - 2\n",
      "---\nmcpServers:\n  - name: a\n    command: x\n    args: [--, czproxy, run]\n...\n",
      "mcpServers:\n  a: {\n    command: x\n  }\n  b: { \"command\":\"y\",\"args\":[\"1\"] }\n",
      "x: &e {A: b}\nmcpServers:\n  a:\n    command: x\n    env: *e\n    tools: [&t 1, *t]\n    args: [*t, &u 2]\n",
    ])
  func unwrapsToTheSameBytes(text: String) throws {
    let wrapped = try Self.wrapped(text)
    #expect(wrapped != text)
    let again = try Self.config(wrapped)
    #expect(again.hasSameServers(as: try Self.config(text)), "\(wrapped)")
    for server in again.servers {
      guard case .wrapped(let wrapping) = server.launch else {
        Issue.record("\(server)")
        continue
      }
      #expect(wrapping.program == "/bin/czproxy" && wrapping.options == Self.options)
    }
    #expect(try Self.unwrapped(wrapped) == text)
    #expect(try Self.wrapped(wrapped, ["--other"]) == Self.wrapped(text, ["--other"]))
    #expect(try Self.unwrapped(text) == text)
  }

  @Test("what a host wrote anew, in its own style, is unwrapped too") func unwrapsWhatAHostWrote() throws {
    let lines =
      "extensions:\n  a:\n    args: # c\n    - run\n    - --\n    - npx\n    cmd: /bin/czproxy\n    type: stdio\n"
    #expect(
      try Self.unwrapped(lines) == "extensions:\n  a:\n    args: [] # c\n    cmd: npx\n    type: stdio\n")
    let more = lines.replacing("- npx\n", with: "- npx\n    - -y\n")
    #expect(
      try Self.unwrapped(more) == "extensions:\n  a:\n    args: # c\n    - -y\n    cmd: npx\n    type: stdio\n")
  }

  @Test("an edit that would be read as another one is found") func findsWrongEdits() throws {
    let text = "mcpServers:\n  a:\n    command: x\n    args: [# none\n    ]\n"
    let wrapped = try? Self.config(Self.wrapped(text))
    #expect(try wrapped?.hasSameServers(as: Self.config(text)) != true)
    // What is left alone may move.
    let moved = "mcpServers: {a: {command: x}, b: {command: &b y}, c: {url: https://x}}\n"
    #expect(try Self.config(Self.wrapped(moved)).hasSameServers(as: Self.config(moved)))
  }

  // MARK: What is left alone

  @Test(
    "what an edit would change elsewhere, or what is not all there, is left alone",
    arguments: [
      ("&a {command: x}", "it has an anchor or a tag (2:6)"), ("!!map {command: x}", "it has an anchor or a tag (2:6)"),
      ("*a", "it is an alias, which is not followed (2:6)"), ("x", "it is not a mapping (2:6)"),
      ("{<<: *a, command: x}", "`<<` merges another mapping, which is not followed (2:7)"),
      ("{\"<<\": *a, command: x}", "`<<` merges another mapping, which is not followed (2:7)"),
      ("{command: &b x}", "its `command` has an anchor or a tag (2:16)"),
      ("{command: !!str x}", "its `command` has an anchor or a tag (2:16)"),
      ("{command: ! x}", "its `command` has an anchor or a tag (2:16)"),
      ("{command: *a}", "its `command` is an alias, which is not followed (2:16)"),
      ("{command: x, args: &b [1]}", "its `args` has an anchor or a tag (2:25)"),
      ("{command: x, args: ! [1]}", "its `args` has an anchor or a tag (2:25)"),
      ("{command: x, args: *a}", "its `args` is an alias, which is not followed (2:25)"),
      ("{command: x, \"comm\\x61nd\": y}", "`command` is there twice (2:19)"),
      ("{command: x, Command: y}", "some hosts take its key `Command` for another one (2:28)"),
      ("{&b command: x}", "this key is no text by itself (2:7)"),
      ("{command: x, args: }", "its `args` is not a list"), ("{command: x, args: y}", "its `args` is not a list"),
      ("{command: [*a]}", "its `command` is not a string"), ("{command: ~}", "it has no `command`"),
      ("{command: x, url: https://x}", ServerEntry.bothWays),
      ("\n    command: |\n      x\n", "its `command` takes more than one line (3:14)"),
      ("\n    command: x\n      y\n", "its `command` takes more than one line (3:14)"),
      ("\n    ? command\n    : x\n", "no colon stands behind this key (3:7)"),
      (
        "\n    command: x\n    args:\n      -\n        1\n",
        "the first value of its list does not stand behind its dash"
      ),
      (
        "\n    command: ${HOME}/x\n",
        "its `command` would mean something else between brackets: put it in quotes (3:14)"
      ),
    ])
  func leavesAlone(entry: String, problem: String) throws {
    let text = "mcpServers:\n  s: \(entry)\nother: 1\n"
    #expect(try Self.launches(text) == [.unusable(problem)])
    #expect(try Self.wrapped(text) == text)
    #expect(try Self.unwrapped(text) == text)
  }

  @Test(
    "a file that readers could take for different ones is refused, with the place",
    arguments: [
      ("mcpServers: {a: {}}\nmcpServers: {}", "2:1: `mcpServers` is there twice"),
      ("mcpServers: {a: {}, a: {}}", "1:21: `a` is there twice"), ("mcpServers: x", "1:13: `mcpServers` is neither"),
      ("mcpServers: *x", "1:13: `mcpServers` is an alias"), ("mcpServers: &x {}", "1:13: `mcpServers` has an anchor"),
      ("mcp: &x {servers: {}}", "1:6: `mcp` has an anchor"), ("<<: *x", "1:1: `<<` merges another mapping"),
      ("mcpServers: {<<: *x}", "1:14: `<<` merges another mapping"), ("[]", "1:1: it is not a mapping"),
      ("a: 1\n---\nb: 2", "2:1: it holds more than one document"), ("a: [1", "it can't be read as YAML"),
      ("a:\n\t- b", "2:1: it can't be read as YAML: found character that cannot start any token; indent by spaces"),
      ("mcpservers: {}", "1:1: some hosts take its key `mcpservers` for another one"),
      ("# x\u{85}mcpServers: {}", "1:4: readers of YAML differ"),
      ("# x\rmcpServers: {}", "1:4: readers of YAML differ"),
      ("a: \"\u{2028}\"", "1:5: readers of YAML differ"), ("a: \"\u{2029}\"", "1:5: readers of YAML differ"),
      (String(repeating: "[", count: 200), "1:129: it is nested too deeply"),
      ("? [a]\n: b", "1:3: this key is no text by itself"),
    ])
  func refuses(text: String, problem: String) {
    #expect {
      _ = try Self.config(text)
    } throws: { error in
      "\(error)".contains(problem)
    }
  }

  @Test(
    "no servers are none",
    arguments: ["", "# c\n", "---\n", "~", "a: 1", "mcpServers:\n", "mcp: {x: 1}", "mcp:\n"])
  func findsNoServers(text: String) throws {
    #expect(try Self.config(text).servers.isEmpty)
  }

  @Test("invalid UTF-8 is refused") func refusesInvalidUTF8() {
    #expect(throws: HostConfigError.self) {
      try HostConfig(Array("mcpServers: {a: {command: ".utf8) + [0xff] + Array("}}".utf8), format: .yaml)
    }
  }

  @Test("variables that stand elsewhere are told of") func knowsVariables() throws {
    let text = """
      x: &e {A: b}
      mcpServers:
        a: {command: x, env: *e}
        b: {command: x, env: {<<: *e, C: d}}
        c: {command: x, env: {E: f}}
        d: {command: x, envFile: .env}
      """
    let servers = try Self.config(text).servers
    #expect(servers.map(\.hasVariablesElsewhere) == [true, true, false, true])
    #expect(servers.map { $0.variables.last ?? "" } == ["", "C", "E", ""])
  }

  @Test("no bytes trap, and what is edited keeps its servers or is found out") func readsAnything() {
    let text = """
      mcpServers:
        a: # é
          command: "x"
          args: [1, 'b', {c: d}]
        b: {command: y}
        c:
          args:
            - "💥"
            - |
              z
          command: z
          env: *e
      """
    for _ in 0..<5000 {
      var bytes = Array(text.utf8)
      for _ in 0..<Int.random(in: 1...3) where !bytes.isEmpty {
        let place = bytes.indices.randomElement() ?? 0
        switch Int.random(in: 0..<3) {
        case 0: bytes[place] = Array("\"'[]{}:-#&*!|>%@\\\n\r\t x,?".utf8).randomElement() ?? 0
        case 1: bytes.remove(at: place)
        default: bytes.removeSubrange(place...)
        }
      }
      guard let config = try? HostConfig(bytes, format: .yaml) else { continue }
      for server in config.servers {
        let wrapped = config.edited(config.wrap(server, program: "/c/czproxy", options: []))
        guard let after = try? HostConfig(wrapped, format: .yaml), after.hasSameServers(as: config) else { continue }
        guard wrapped != bytes else { continue }
        let unwrapped = after.edited(after.servers.filter { $0.name == server.name }.flatMap(after.unwrap))
        #expect(unwrapped == bytes, "\(String(decoding: bytes, as: UTF8.self))")
      }
    }
  }
}

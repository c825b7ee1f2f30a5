import Testing

@testable import HostConfig

/// Codex's and Mistral Vibe's config: what is about servers is found, and the rest is only walked over.
struct TOMLTests {
  private static func config(_ text: String) throws -> HostConfig { try HostConfig(text: text, .toml) }

  private static func wrapped(_ text: String) throws -> String {
    try config(text).wrapped(["--server", "s"])
  }

  @Test(
    "unwrapping puts every byte back",
    arguments: [
      "[mcp_servers.a]\ncommand = \"x\"\nargs = [\"1\", '2']\n", "[mcp_servers.a]\ncommand=\"x\"",
      "\u{feff}[mcp_servers.a]\ncommand = \"x\"\n", "\u{feff}mcp_servers.a.command = \"x\"",
      "[mcp_servers.\"a b\"] # c\r\nargs = [ ]\r\ncommand = 'x'\r\n",
      "mcp_servers.a.command = \"x\"\nmcp_servers.b.command = \"\"\"y\"\"\"\nmcp_servers.b.args=[\n\"1\",\n]\n",
      "[mcp_servers]\na.command = \"x\" # c\na.args = [\"\\u00e9\", 8080, [1, {b = \"]\"}]]\n",
      "a = [ [1,2], [\"]\" ] ]\nb = 1979-05-27 07:32:00\nc = {d = 1, e = [1]}\n[[x]]\n[mcp_servers.a]\ncommand = \"x\"\n",
      "[[mcp_servers]]\nname = \"a\"\ncommand = \"x\"\n[[mcp_servers]]\nargs = [\n  \"1\",\n]\ncommand = 'y' # c\nname = \"b\"",
      "[[mcp_servers]]\nname = \"a\"\ncommand = [\n  \"x\",\n  \"1\"\n]\nargs = [\"2\"]\n[mcp_servers.env]\ncommand = \"no\"\n",
      "t = '''\n[mcp_servers.no]\n'''\n[mcp_servers.a]\n  command = \"x\"\n  args = []\n  [mcp_servers.a.env]\n  K = \"v\"\n",
    ])
  func unwrapsToTheSameBytes(text: String) throws {
    let wrapped = try Self.wrapped(text)
    #expect(wrapped != text)
    let again = try Self.config(wrapped)
    #expect(again.servers.map(\.name) == (try Self.config(text)).servers.map(\.name))
    for server in again.servers {
      guard case .wrapped = server.launch else {
        Issue.record("\(server)")
        continue
      }
    }
    #expect(again.unwrapped() == text)
  }

  @Test("a list of tables is as many servers, each with the tables that follow it") func readsLists() throws {
    let text = """
      [[mcp_servers]]
      name = "a"
      transport = "stdio"
      command = "x"
      args = ["1"]
      [mcp_servers.env]
      A = "b"
      [[mcp_servers]]
      url = "https://x"
      name = "b"
      transport = "http"
      [mcp_servers.auth]
      type = "oauth"
      [[mcp_servers]]
      command = ["x", "1"]
      args = ["2"]
      env.C = "d"
      name = "c"
      [[mcp_servers]]
      command = "x"
      [other]
      name = "no"
      """
    let servers = try Self.config(text).servers
    #expect(servers.map(\.name) == ["a", "b", "c", ""])
    #expect(
      servers.map(\.launch)
        == [.command(["x", "1"]), .remote, .command(["x", "1", "2"]), .unusable("it has no name")])
    #expect(servers.map(\.variables) == [["A"], [], ["C"], []])
    #expect(servers.map(\.place.line) == [1, 8, 14, 19])
    #expect(try Self.config("mcp_servers = [ ] # none\na = 1").servers.isEmpty)
  }

  @Test(
    "a command that its host divides into words is wrapped where it is one word", arguments: ["x y", "\"x\"", "x\\y"])
  func knowsDivided(command: String) throws {
    let text = "[[mcp_servers]]\nname = \"a\"\ncommand = '\(command)'\n"
    let problem = "its `command` is more than a program, which its host divides: write it as a list"
    #expect(try Self.config(text).servers.map(\.launch) == [.unusable(problem)])
    #expect(try Self.wrapped(text) == text)
    let list = text.replacing("'\(command)'", with: "['\(command)']")
    #expect(try Self.config(list).servers.map(\.launch) == [.command([command])])
    #expect(try Self.config(list).servers.map(\.splitsCommand) == [false])
    let ofCodex = "[mcp_servers.a]\ncommand = '\(command)'\n"
    #expect(try Self.config(ofCodex).servers.map(\.launch) == [.command([command])])
  }

  @Test("strings are read as TOML has them") func readsStrings() throws {
    let text = #"""
      [mcp_servers.a]
      command = "a\"\u00e9\U0001F4A5\t"
      args = ['a\n"', """
      line
      two\
         joined ""quotes""""", ''''it's'''', ""]
      """#
    #expect(
      try Self.config(text).servers.first?.launch
        == .command(["a\"é💥\t", #"a\n""#, "line\ntwojoined \"\"quotes\"\"", "'it's'", ""]))
  }

  @Test(
    "what can't be wrapped is told apart",
    arguments: [
      ("[mcp_servers.a]\nurl = \"https://x\"", ServerEntry.Launch.remote),
      ("[mcp_servers]\na = {command = \"x\"}", .unusable("it is written on one line, which is not read here")),
      ("[[mcp_servers.a]]\ncommand = \"x\"", .unusable("it is a list of tables")),
      ("[mcp_servers.a]\ncommand = 1", .unusable("its `command` is not a string")),
      ("[mcp_servers.a]\ncommand = \"x\"\nargs = \"y\"", .unusable("its `args` is not a list")),
      ("[mcp_servers.a.env]\nK = \"v\"", .unusable("it has no `command`")),
    ])
  func tellsApart(text: String, launch: ServerEntry.Launch) throws {
    #expect(try Self.config(text).servers.map(\.launch) == [launch])
    #expect(try Self.wrapped(text) == text)
  }

  @Test(
    "what is no TOML is refused, with the place",
    arguments: [
      ("a", "1:2"), ("a =", "1:4"), ("a = \"x", "1:7"), ("a = [1", "1:7"), ("a = [1 \"2\"]", "1:8"), ("[a", "1:3"),
      ("[a]]", "1:4"), ("a = 1 b", "1:7"), ("= 1", "1:1"), ("a = \"\\q\"", "1:7"), ("a = \"\\ud800\"", "1:8"),
      ("\na = 'x\ny'", "2:7"), ("a = {b = 1", "1:11"), ("mcp_servers = {}", "1:1"),
      ("[mcp_servers.a]\ncommand = \"x\"\ncommand = \"y\"", "3:1"), ("\"\"\"a\"\"\" = 1", "1:1"),
    ])
  func refuses(text: String, place: String) {
    #expect {
      _ = try Self.config(text)
    } throws: { error in
      "\(error)".hasPrefix(place + ": it can't be read as TOML: ")
    }
  }

  @Test("the names in `env` are kept, however it is written") func keepsVariables() throws {
    let text = """
      [mcp_servers.a]
      command = "x"
      env = { A = "b", "C" = 'd', e.f = 1 }
      [mcp_servers.b]
      command = "x"
      env.G = "h"
      [mcp_servers.b.env]
      "I" = "j"
      """
    #expect(try Self.config(text).servers.map(\.variables) == [["A", "C", "e"], ["G", "I"]])
  }

  @Test("names are told apart by their bytes, and are many") func tellsManyApart() throws {
    let many = (0..<20_000).map { "[mcp_servers.a\($0)]\ncommand = \"x\"\n" }.joined()
    let alike = "[mcp_servers.\"\u{e9}\"]\ncommand = \"x\"\n[mcp_servers.\"e\u{301}\"]\ncommand = \"y\"\n"
    #expect(try Self.config(many + alike).servers.count == 20_002)
  }

  @Test("nesting has an end") func nestingHasAnEnd() {
    #expect(throws: HostConfigError.self) { try Self.config("a = " + String(repeating: "[", count: 100_000)) }
  }

  @Test("no bytes trap") func readsAnything() {
    let text =
      "[mcp_servers.a]\r\ncommand = \"x\\u00e9\" # c\nargs = ['1', \"\"\"2\"\"\", 3, {a.b = [1]}]\n[[c]]\nd = 1.5e3\n"
    for _ in 0..<5000 {
      var bytes = Array(text.utf8)
      for _ in 0..<Int.random(in: 1...3) {
        let place = bytes.indices.randomElement() ?? 0
        switch Int.random(in: 0..<3) {
        case 0: bytes[place] = Array("\"'[]{}=.#\\\n\r x".utf8).randomElement() ?? 0
        case 1: bytes.remove(at: place)
        default: bytes.removeSubrange(place...)
        }
        if bytes.isEmpty { break }
      }
      guard let config = try? HostConfig(bytes, format: .toml) else { continue }
      for server in config.servers {
        let wrapped = config.edited(config.wrap(server, program: "/c/czproxy", options: []))
        #expect((try? HostConfig(wrapped, format: .toml)) != nil, "\(String(decoding: bytes, as: UTF8.self))")
      }
    }
  }
}

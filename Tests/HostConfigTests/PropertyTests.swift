import Testing

@testable import HostConfig

/// Configs of many shapes, with white space, comments and commas wherever people put them.
struct PropertyTests {
  private struct Author {
    var generator: SystemRandomNumberGenerator

    mutating func pick(_ choices: [String]) -> String { choices.randomElement(using: &generator) ?? "" }

    /// Between two tokens.
    mutating func space() -> String {
      pick(["", "", "", " ", "\n  ", "\r\n\t", "/* \"x\": [ */", "// } ,\n", " /**/ "])
    }

    mutating func list(_ items: [String], _ open: String, _ close: String) -> String {
      var text = open + space()
      for (index, item) in items.enumerated() {
        text += item + space() + (index + 1 < items.count ? "," + space() : pick(["", ",", "," + space()]))
      }
      return text + close
    }

    mutating func word() -> String {
      pick([
        #""npx""#, #""-y""#, #""a \"b\" // c""#, #""\u0041/*""#, #""--""#, #""run""#, #""é💥""#, #""/b/czproxy""#, "7",
      ])
    }

    mutating func server() -> String {
      let program = pick([#""npx""#, #""/b/s r\\v""#, #""\u0070y""#])
      let isList = Int.random(in: 0..<4, using: &generator) == 0
      let words = [program] + (0..<Int.random(in: 0...4)).map { _ in word() }
      var members = [#""command""# + space() + ":" + space() + (isList ? list(words, "[", "]") : program)]
      if !isList, Bool.random(using: &generator) {
        members.append(
          #""args""# + space() + ":" + space() + list((0..<Int.random(in: 0...4)).map { _ in word() }, "[", "]"))
      }
      for other in [#""env": {"A": "b,]}"}"#, #""disabled": false"#, #""timeout": 1e3"#]
      where Bool.random(using: &generator) {
        members.append(other)
      }
      return list(members.shuffled(using: &generator), "{", "}")
    }

    mutating func config() -> String {
      let servers = (0..<Int.random(in: 0...3)).map { number in
        "\"s\(number)\"" + space() + ":" + space() + (Int.random(in: 0..<5) == 0 ? #"{"url": "https://x"}"# : server())
      }
      let key = pick([#""mcpServers""#, #""servers""#, #""context_servers""#, #""mcp""#])
      return space()
        + list([#""a": [1,2]"#, key + ":" + list(servers, "{", "}")].shuffled(using: &generator), "{", "}")
        + space()
    }
  }

  @Test("unwrapping what was wrapped, once or twice, gives the same bytes") func unwrapsWhatItWraps() throws {
    var author = Author(generator: SystemRandomNumberGenerator())
    for _ in 0..<2000 {
      let text = author.config()
      let before = try HostConfig(Array(text.utf8))
      let wrapped = try Self.wrap(before, ["--server", "s"])
      #expect(wrapped.servers.map(\.name) == before.servers.map(\.name))
      for (old, new) in zip(before.servers, wrapped.servers) {
        switch old.launch {
        case .command(let command):
          let wrapping = ServerEntry.Wrapping(program: "/c/czproxy", options: ["--server", "s"], command: command)
          #expect(new.launch == .wrapped(wrapping), "\(text)")
        default: #expect(new.launch == old.launch, "\(text)")
        }
      }
      let again = try Self.wrap(wrapped, ["--policy", "/p.yaml", "--observe"])
      for config in [wrapped, again] {
        let bytes = config.edited(config.servers.flatMap(config.unwrap))
        #expect(String(decoding: bytes, as: UTF8.self) == text)
      }
    }
  }

  private static func wrap(_ config: HostConfig, _ options: [String]) throws -> HostConfig {
    let edits = config.servers.flatMap { config.wrap($0, program: "/c/czproxy", options: options) }
    return try HostConfig(config.edited(edits))
  }

  @Test("no bytes trap, and what is read has places within them") func readsAnything() {
    var author = Author(generator: SystemRandomNumberGenerator())
    for _ in 0..<2000 {
      var bytes = Array(author.config().utf8)
      for _ in 0..<Int.random(in: 1...3) where !bytes.isEmpty {
        let place = bytes.indices.randomElement() ?? 0
        switch Int.random(in: 0..<3) {
        case 0: bytes[place] = UInt8.random(in: .min ... .max)
        case 1: bytes.remove(at: place)
        default: bytes.removeSubrange(place...)
        }
      }
      guard let config = try? HostConfig(bytes) else { continue }
      for server in config.servers {
        _ = config.edited(config.wrap(server, program: "/c/czproxy", options: []))
        _ = config.edited(config.unwrap(server))
      }
    }
  }
}

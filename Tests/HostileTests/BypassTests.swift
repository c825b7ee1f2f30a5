import Foundation
import Testing

/// Published ways past other guards, each against a server that falls for it.
///
/// Each frame is first given to the server alone, which proves that the server would run `forbidden`.
struct Bypass: Sendable, CustomTestStringConvertible {
  let name: String
  let frame: Data
  let server: [String]

  init(_ name: String, _ frame: String, _ server: String...) {
    self.init(name, Data(frame.utf8), server)
  }

  init(_ name: String, _ frame: Data, _ server: [String]) {
    self.name = name
    self.frame = frame
    self.server = server
  }

  var testDescription: String { name }

  private static func call(_ params: String, id: String = "9", method: String = "tools/call") -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"method":"\#(method)","params":\#(params)}"#
  }

  private static let forbidden = call(#"{"name":"forbidden"}"#)
  private static let harmless = call(#"{"name":"echo"}"#)

  private static func joined(_ parts: [UInt8], _ text: String) -> Data { Data(parts) + Data(text.utf8) }

  private static func bytes(_ before: String, _ odd: [UInt8], _ after: String) -> Data {
    Data(before.utf8) + Data(odd) + Data(after.utf8)
  }

  static let all: [Bypass] = [
    // Go's decoder compares keys without regard to case: CVE-2026-27896 (GHSA-wvj2-96wp-fq3f), GHSA-4gph-2hhr-5mwg.
    Bypass("name and Name", call(#"{"name":"echo","Name":"forbidden"}"#), "--keys", "fold"),
    Bypass("Name alone", call(#"{"Name":"forbidden"}"#), "--keys", "fold"),
    Bypass(
      "method and Method",
      #"{"jsonrpc":"2.0","id":9,"method":"ping","Method":"tools/call","params":{"name":"forbidden"}}"#,
      "--keys", "fold"),
    Bypass(
      "METHOD alone", #"{"jsonrpc":"2.0","id":9,"METHOD":"tools/call","params":{"name":"forbidden"}}"#, "--keys", "fold"
    ),
    Bypass("Tools/Call", call(#"{"name":"forbidden"}"#, method: "Tools/Call"), "--keys", "fold"),
    Bypass(
      "params with U+017F",
      "{\"jsonrpc\":\"2.0\",\"id\":9,\"method\":\"tools/call\",\"params\":{\"name\":\"echo\"},\"param\u{17f}\":{\"name\":\"forbidden\"}}",
      "--keys", "fold"),
    Bypass(
      "the method with U+017F",
      call(#"{"name":"forbidden"}"#, method: #"tool\u017f/call"#).replacing(
        #"tool\u017f/call"#, with: "TOOLS/CALL"), "--keys", "fold"),
    // The fix for that took `method\0` for `method`: GHSA-q382-vc8q-7jhj.
    Bypass(
      "a method cut at NUL",
      #"{"jsonrpc":"2.0","id":9,"method":"ping","method\u0000":"tools/call","params":{"name":"forbidden"}}"#,
      "--keys", "cut"),
    Bypass("a name cut at NUL", call(#"{"name":"echo","name\u0000x":"forbidden"}"#), "--keys", "cut"),
    // Some readers take the first of repeated keys, some the last: envoy#45202, pipelock#436, #840.
    Bypass("two names, the last counts", call(#"{"name":"echo","name":"forbidden"}"#)),
    Bypass("two names, the first counts", call(#"{"name":"forbidden","name":"echo"}"#), "--keys", "first"),
    Bypass("two names, one escaped", call(#"{"name":"echo","n\u0061me":"forbidden"}"#)),
    Bypass(
      "two methods", #"{"jsonrpc":"2.0","id":9,"method":"ping","method":"tools/call","params":{"name":"forbidden"}}"#),
    Bypass(
      "two methods, the first counts",
      #"{"jsonrpc":"2.0","id":9,"method":"tools/call","method":"ping","params":{"name":"forbidden"}}"#, "--keys",
      "first"),
    Bypass(
      "two params",
      #"{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":"echo"},"params":{"name":"forbidden"}}"#),
    // Arrays: toolhive#5745, deploy-gate#59, lobu#1328, OpenShell#2082.
    Bypass("a batch of one", "[\(forbidden)]", "--batch"),
    Bypass("a batch that begins harmless", "[\(harmless),\(forbidden)]", "--batch"),
    Bypass("a batch within a batch", "[[\(forbidden)]]", "--batch"),
    // More than one message on a line: mcpwall, mcp-firewall, armorer-guard.
    Bypass("two values on a line", "\(harmless) \(forbidden)", "--lines", "values"),
    Bypass("two values without a space", "\(harmless)\(forbidden)", "--lines", "values"),
    Bypass("a message over two lines", forbidden.replacing(#""id""#, with: "\n\"id\""), "--lines", "values"),
    Bypass("a CR between two messages", "\(harmless)\r\(forbidden)", "--lines", "universal"),
    Bypass(
      "a message between CRs within another one",
      "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/x\",\"params\":{\"a\":\r\(forbidden)\r}}", "--lines", "universal"
    ),
    // Texts that some parsers take for JSON.
    Bypass("NaN", call(#"{"name":"forbidden","arguments":{"a":NaN}}"#)),
    Bypass("Infinity", call(#"{"name":"forbidden","arguments":{"a":-Infinity}}"#)),
    Bypass("a number out of range", call(#"{"name":"forbidden","arguments":{"a":1e400}}"#)),
    Bypass("a byte order mark", joined([0xef, 0xbb, 0xbf], forbidden), ["--lenient"]),
    Bypass("two byte order marks", joined([0xef, 0xbb, 0xbf, 0xef, 0xbb, 0xbf], forbidden), ["--lenient"]),
    Bypass(
      "UTF-16", joined([0xff, 0xfe], "") + (forbidden.data(using: .utf16LittleEndian) ?? Data()), ["--lenient"]),
    Bypass("UTF-16 without a mark", forbidden.data(using: .utf16BigEndian) ?? Data(), ["--lenient"]),
    Bypass("text before the value", "data: \(forbidden)", "--lenient"),
    Bypass("text behind the value", "\(forbidden) x", "--lenient"),
    Bypass(
      "bytes that are not UTF-8",
      bytes(
        #"{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":"forbidden","a":""#, [0xff, 0xc0, 0xa2],
        #""}}"#),
      ["--lenient"]),
    Bypass("a lone surrogate", call(#"{"name":"forbidden","arguments":{"a":"\ud800"}}"#)),
    // Lines that are not valid requests, but that servers run all the same.
    Bypass("arguments that are an array", call(#"{"name":"forbidden","arguments":[]}"#)),
    Bypass("arguments that are null", call(#"{"name":"forbidden","arguments":null}"#)),
    Bypass(
      "a call and an answer in one",
      #"{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":"forbidden"},"result":{}}"#),
    Bypass("no version", #"{"id":9,"method":"tools/call","params":{"name":"forbidden"}}"#),
    Bypass("another version", #"{"jsonrpc":"1.0","id":9,"method":"tools/call","params":{"name":"forbidden"}}"#),
    Bypass("no id", #"{"jsonrpc":"2.0","method":"tools/call","params":{"name":"forbidden"}}"#),
    Bypass("an id of null", call(#"{"name":"forbidden"}"#, id: "null")),
    Bypass("an id with a fraction", call(#"{"name":"forbidden"}"#, id: "1.0")),
    Bypass("an id beyond 2^53", call(#"{"name":"forbidden"}"#, id: "9007199254740993")),
    Bypass("an empty id", call(#"{"name":"forbidden"}"#, id: #""""#)),
    // A valid call in other spellings, to be judged as the call that it is.
    Bypass("as it is", forbidden),
    Bypass("the method escaped", call(#"{"name":"forbidden"}"#, method: #"\u0074ools\/call"#)),
    Bypass("the name escaped", call(#"{"name":"\u0066orbidden"}"#)),
    Bypass(
      "the keys escaped", forbidden.replacing("method", with: #"m\u0065thod"#).replacing("name", with: #"\u006eame"#)),
    Bypass(
      "ten megabytes of arguments",
      call(#"{"name":"forbidden","arguments":{"a":"\#(String(repeating: "x", count: 10 << 20))"}}"#)),
  ]
}

@Suite struct BypassTests {
  static let server = ["python3", "\(Project.root)/Testdata/hostile/dialect.py"]

  @Test(arguments: Bypass.all)
  func `a published bypass does not pass`(bypass: Bypass) throws {
    let scratch = try Scratch()
    let alone = try RunningProcess(Self.server + ["--record", "\(scratch.path)/alone"] + bypass.server)
    alone.send(bypass.frame + [0x0a])
    alone.closeInput()
    try alone.wait()
    let ran = String(decoding: scratch.read("alone"), as: UTF8.self).split(separator: "\n")
    #expect(ran.contains("forbidden"), "the server would not run it: the test shows nothing")

    let policy = try scratch.file("policy.yaml", ScriptedSession.policy)
    let process = try RunningProcess(
      [Project.czproxy, "run", "--server", "s", "--policy", policy, "--state-dir", scratch.state, "--"] + Self.server
        + ["--record", "\(scratch.path)/received"] + bypass.server)
    process.send(bypass.frame + [0x0a])
    process.send(#"{"jsonrpc":"2.0","id":"after it","method":"tools/call","params":{"name":"echo"}}"#)
    while !(try process.line()).contains(#""id":"after it""#) {}
    process.closeInput()
    #expect(try process.wait() == 0)
    // Harmless calls in the frame may run, but not a call of `forbidden`.
    let received = String(decoding: scratch.read("received"), as: UTF8.self).split(separator: "\n")
    #expect(received.last == "echo")
    #expect(!received.contains("forbidden"))
  }
}

import Foundation
import Testing

/// What people meet first: help, defaults, and errors that name what is wrong.
@Suite struct CommandLineTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private struct Outcome {
    let status: Int32
    let output: String
    let errors: String
  }

  private func run(_ words: String..., environment: [String: String] = [:]) throws -> Outcome {
    let process = try RunningProcess(
      [Project.czproxy] + words, environment: ["CONTROLZERO_HOME": scratch.state].merging(environment) { $1 },
      directory: scratch.path)
    process.closeInput()
    return Outcome(status: try process.wait(), output: process.output.text, errors: process.errors.text)
  }

  private func writePolicy(_ text: String = "rules: [{allow: 's:read'}]\n") throws {
    try FileManager.default.createDirectory(atPath: scratch.state, withIntermediateDirectories: true)
    _ = try scratch.file("state/policy.yml", text)
  }

  // MARK: Help

  @Test(arguments: [["nonsense"], ["policy", "nonsense"], ["run", "nonsense"], ["policy", "test", "nonsense"]])
  func `help about a command that does not exist is an error`(words: [String]) throws {
    let process = try RunningProcess([Project.czproxy, "help"] + words)
    #expect(try process.wait() == 64)
    #expect(process.errors.text.hasPrefix("czproxy: there is no command `nonsense`\n"), "\(process.errors.text)")
  }

  @Test func `help lists every command, run too`() throws {
    let help = try run("help")
    #expect(help.status == 0)
    for name in ["run", "policy", "bundle", "audit", "dlp", "sync", "status", "doctor", "wrap", "unwrap", "call"] {
      #expect(help.output.contains("\n  \(name) "), "\(name)")
    }
    for words in [["help", "help"], ["help", "policy", "test"]] {
      #expect(try RunningProcess([Project.czproxy] + words).wait() == 0)
    }
  }

  // MARK: The state directory

  @Test(arguments: ["CONTROLZERO_HOME", "HOME"])
  func `a state directory that can't be named is not mistaken for another one`(variable: String) throws {
    let script = #"unset CONTROLZERO_HOME; export "$0=$(printf 'h\377')"; exec "$1" run --server s -- true"#
    let process = try RunningProcess(["bash", "-c", script, variable, Project.czproxy], directory: scratch.path)
    #expect(try process.wait() == 64)
    #expect(process.errors.text.contains("give --state-dir DIR"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path).isEmpty)
  }

  @Test func `an empty name is no state directory`() throws {
    for outcome in [try run("run", "--state-dir", "", "--", "true"), try run("status", "--state-dir", "")] {
      #expect(outcome.status == 64)
      #expect(outcome.errors.contains("give --state-dir DIR"))
    }
  }

  @Test func `a state directory is created with those above it, for the owner only`() throws {
    let directory = "\(scratch.path)/a/b/c"
    #expect(try run("run", "--server", "s", "--state-dir", directory + "/", "--", "true").status == 0)
    for path in ["a", "a/b", "a/b/c", "a/b/c/audit"] {
      let attributes = try FileManager.default.attributesOfItem(atPath: "\(scratch.path)/\(path)")
      #expect(attributes[.posixPermissions] as? Int == 0o700, "\(path)")
    }
    #expect(try scratch.rows(in: directory).first?["event"] as? String == "session_start")
  }

  @Test func `the policy commands use the policy that run would use`() throws {
    let missing = try run("policy", "test", "s:read")
    #expect(missing.status == 1 && missing.errors.contains("put a policy.yaml into \(scratch.state)"))
    try writePolicy()
    #expect(try run("policy", "test", "s:read").status == 0)
    #expect(try run("policy", "test", "s:write").status == 3)
    #expect(try run("policy", "explain", "s:read").output.contains("\(scratch.state)/policy.yml:1: allow s:read"))
    #expect(try run("policy", "validate").output.hasPrefix("OK: \(scratch.state)/policy.yml parsed cleanly"))
    let other = try scratch.file("other.yaml", "rules: [{deny: s}]\n")
    #expect(try run("policy", "test", "s:read", "--policy", other).status == 3)
    #expect(try run("policy", "test", "s:read", "--state-dir", "/no/such").status == 1)
    #expect(try run("policy", "test", "s:read", "--payload").status == 64)
  }

  @Test func `without a service, the status is that of the local policy and the records`() throws {
    let empty = try run("status")
    #expect(empty.status == 2 && empty.output.contains("policy:    none: put a policy.yaml into \(scratch.state)"))
    #expect(empty.output.contains("records:   none\n") && empty.output.contains("--api-key-file FILE"))
    try writePolicy()
    #expect(try run("run", "--server", "s", "--", "true").status == 0)
    let status = try run("status")
    #expect(status.status == 2 && status.output.contains("policy:    \(scratch.state)/policy.yml, 1 rule,"))
    #expect(status.output.contains("records:   the last one is "), "\(status.output)")
    #expect(status.errors == "czproxy: no service was ever used with \(scratch.state)\n")
    let shown = try json(try run("status", "--format", "json").output)
    #expect(value(shown, "policy", "source") as? String == "local" && value(shown, "policy", "rules") as? Int == 1)
    #expect(value(shown, "last_record_age_s") is Int)
  }

  @Test func `a status with a policy that can't be used, or without a directory, is trouble`() throws {
    try writePolicy("rules: 1\n")
    let status = try run("status")
    #expect(status.status == 1 && status.output.contains("policy.yml:1:8: E1201"), "\(status.output)")
    #expect(value(try json(try run("status", "--format", "json").output), "policy", "fault", "code") is String)
    let file = try scratch.file("file", "")
    #expect(try run("status", "--state-dir", file).status == 74)
  }

  // MARK: Calls

  @Test func `a server that ends before it reads anything is started once`() throws {
    for command in [["call"], ["policy", "draft"]] {
      let process = try RunningProcess([Project.czproxy] + command + ["--", "sh", "-c", "echo crashed >&2; exit 3"])
      #expect(try process.wait() == 2)
      #expect(process.errors.text == "crashed\nczproxy: `sh`: the server ended before it answered\n")
    }
  }

  @Test func `a server that ends at the first request is started again, and a person is told`() throws {
    let process = try RunningProcess(
      [Project.czproxy, "call", "--", "sh", "-c", "read line; echo ended >&2; exit 3"])
    #expect(try process.wait() == 2)
    let lines = process.errors.text.split(separator: "\n")
    #expect(lines.count == 4 && lines[0] == "ended" && lines[2] == "ended", "\(lines)")
    #expect(lines[1].contains("it is started again"))
  }

  @Test func `a call is refused whose options contradict each other, and an empty list is said to be one`() throws {
    let usage = [["--list", "--tool", "x"], ["--args", "{}"]]
    for words in usage {
      let process = try RunningProcess([Project.czproxy, "call"] + words + ["--", "true"])
      #expect(try process.wait() == 64, "\(words)")
    }
    let answers = [#"{"jsonrpc":"2.0","id":1,"result":{}}"#, #"{"jsonrpc":"2.0","id":2,"result":{"tools":[]}}"#]
    let script = answers.map { "read line; echo '\($0)'" }.joined(separator: "; ")
    let listed = try run("call", "--", "sh", "-c", script)
    #expect(listed.status == 0 && listed.errors == "czproxy: the server lists no tools\n", "\(listed)")
  }

  // MARK: Errors

  @Test func `an error names the file that it is about`() throws {
    _ = try scratch.file("empty.czpolicy", "")
    _ = try scratch.file("a.yaml", "rules: [{allow: s}]\n")
    #expect(try run("bundle", "keygen", "--project", "p").status == 0)
    #expect(try run("bundle", "pack", "a.yaml", "--author", "author.json").status == 0)
    let others = try run("bundle", "keygen", "--project", "p", "--author", "b.json", "--keys", "other.json")
    #expect(others.status == 0)
    let cases: [([String], String)] = [
      (["bundle", "inspect", "empty.czpolicy"], "format: empty.czpolicy: the file has 0 bytes"),
      (["bundle", "inspect", "a.czpolicy", "--keys", "other.json"], "verification: a.czpolicy: the signature"),
      (["bundle", "diff", "a.yaml", "a.czpolicy", "--keys", "other.json"], "verification: a.czpolicy: the signature"),
      (["bundle", "pack", "a.yaml", "--author", "author.json", "-o", "no/x"], "can't write `no/x`: No such file"),
      (["bundle", "keygen", "--project", "p", "--author", "no/x"], "can't write `no/x`: No such file"),
      (["call", "--", "/no/such"], "`/no/such`: the server can't be started: No such file or directory"),
      (["policy", "draft", "--", "/no/such"], "`/no/such`: the server can't be started: No such file or directory"),
    ]
    for (words, reason) in cases {
      let process = try RunningProcess([Project.czproxy] + words, directory: scratch.path)
      #expect(try process.wait() != 0)
      #expect(process.errors.text.hasPrefix("czproxy: \(reason)"), "\(process.errors.text)")
    }
    _ = try scratch.file("mcp.json", #"{"mcpServers":{"s":{"command":"x"}}}"#)
    let wrapped = try run("wrap", "mcp.json", "--czproxy", "/no/such")
    #expect(wrapped.status == 1 && wrapped.errors.contains("no program at /no/such, which --czproxy names"))
  }

  @Test(arguments: ["2027", "-1", "2027-01-31", "100000"])
  func `a time that was hardly meant is refused, and no key retires by it`(time: String) throws {
    #expect(try run("bundle", "keygen", "--project", "p").status == 0)
    let words = ["--author", "author-2.json", "--keys", "keys-2.json"]
    let process = try RunningProcess(
      [Project.czproxy, "bundle", "keygen", "--from", "author.json", "--old-until=\(time)"] + words,
      directory: scratch.path)
    #expect(try process.wait() == 64)
    #expect(!FileManager.default.fileExists(atPath: "\(scratch.path)/keys-2.json"))
  }

  @Test func `a config that can't be read is a finding with its file and place`() throws {
    _ = try scratch.file("mcp.json", "{\n  \"mcpServers\": [}")
    let text = try run("doctor", "mcp.json").output
    #expect(text.contains("\nmcp.json:2:18: warning: it is not JSON"), "\(text)")
    let findings = value(try json(try run("doctor", "mcp.json", "--format", "json").output), "findings") as? [Any]
    let finding = findings?.last
    #expect(value(finding, "file") as? String == "mcp.json" && value(finding, "line") as? Int == 2)
  }

  @Test func `a command that reads from a terminal says so`() throws {
    let process = try RunningProcess(
      ["python3", "-c", "import pty, sys; pty.spawn(sys.argv[1:])", Project.czproxy, "dlp", "scan"])
    #expect(try process.line().contains("reading from this terminal"))
    process.send("\u{4}")
    try process.wait()
    #expect(try !run("dlp", "scan").errors.contains("terminal"))
  }
}

import Foundation
import Testing

/// `czproxy wrap` and `unwrap` on the configs of hosts.
@Suite struct WrapTests {
  static let policy = "version: \"1\"\nrules:\n  - {deny: \"files:write*\"}\n  - {allow: \"files\"}\n"

  /// A config with a command of the filesystem server, a comment, a URL, and a superfluous comma.
  static func config(_ scratch: Scratch) -> String {
    """
    {
      // mine
      "mcpServers": {
        "files": {
          "command": "\(Project.program("filesystem-mcp", in: "mcp2"))",
          "args": ["\(scratch.path)"],
          "env": {"A": "${env:B}"},
        },
        "far": {"url": "https://example.com/mcp"},
      }
    }

    """
  }

  static func run(
    _ words: [String], _ scratch: Scratch, environment: [String: String] = [:]
  ) throws -> (status: Int32, output: String, errors: String) {
    let process = try RunningProcess(
      [Project.czproxy] + words,
      environment: ["HOME": scratch.path, "CONTROLZERO_HOME": scratch.state].merging(environment) { $1 },
      directory: scratch.path)
    process.closeInput()
    return (try process.wait(), process.output.text, process.errors.text)
  }

  /// Program and arguments of a server, as a host that allows comments would read them.
  private static func entry(_ name: String, in text: String) throws -> (command: String, arguments: [String]) {
    let strict = text.replacing("// mine", with: "").replacing("},\n    }", with: "}\n    }")
      .replacing("},\n  }", with: "}\n  }")
    let server = value(try json(strict), "mcpServers", name)
    return (
      try #require(value(server, "command") as? String), try #require(value(server, "args") as? [String])
    )
  }

  @Test func `a wrapped server is governed, and unwrapping puts every byte back`() throws {
    let scratch = try Scratch()
    let text = Self.config(scratch)
    let file = try scratch.file("mcp.json", text)
    _ = try scratch.file("policy.yaml", Self.policy)
    _ = try scratch.file("notes.txt", "remember")

    _ = try scratch.file("other.yaml", "version: \"1\"\nrules: [{allow: \"other\"}]\n")
    let unfit = try Self.run(["wrap", "mcp.json", "--policy", "other.yaml", "--dry-run"], scratch)
    #expect(unfit.errors.contains("no rule is for the server `files`"))
    let wrapped = try Self.run(["wrap", "mcp.json", "--policy", "policy.yaml"], scratch)
    #expect(wrapped.status == 0 && wrapped.errors.isEmpty)
    #expect(wrapped.output.contains("files: wrapped\n") && wrapped.output.contains("far: left as it is"))
    let entry = try Self.entry("files", in: try String(contentsOfFile: file, encoding: .utf8))
    #expect(entry.command == URL(fileURLWithPath: Project.czproxy).resolvingSymlinksInPath().path)

    func call(_ tool: String, _ arguments: String) throws -> (status: Int32, output: String, errors: String) {
      // A host has another working directory and hardly any environment.
      let process = try RunningProcess(
        ["env", "-i", "PATH=/usr/bin:/bin", Project.czproxy, "call", "--tool", tool, "--args", arguments, "--"]
          + [entry.command] + entry.arguments, directory: "/")
      process.closeInput()
      return (try process.wait(), process.output.text, process.errors.text)
    }
    let read = try call("read_file", #"{"path":"\#(scratch.path)/notes.txt"}"#)
    #expect(read.status == 0 && read.output.contains("remember"), "\(read)")
    let write = try call("write_file", #"{"path":"\#(scratch.path)/notes.txt","content":"x"}"#)
    #expect(write.status == 1 && write.output.contains("Denied by Control Zero policy"), "\(write)")
    #expect(scratch.read("notes.txt") == Data("remember".utf8))
    let decisions = try scratch.rows().filter { $0["decision"] != nil }
    #expect(decisions.count >= 2)

    #expect(try Self.run(["unwrap", "mcp.json"], scratch).status == 0)
    #expect(try String(contentsOfFile: file, encoding: .utf8) == text)
  }

  @Test func `wrapping again changes the options, and without any leaves what is there`() throws {
    let scratch = try Scratch()
    let file = try scratch.file("mcp.json", Self.config(scratch))
    _ = try scratch.file("policy.yaml", Self.policy)
    _ = try Self.run(["wrap", "mcp.json", "--policy", "policy.yaml"], scratch)
    let once = try String(contentsOfFile: file, encoding: .utf8)
    let idle = try Self.run(["wrap", "mcp.json"], scratch)
    #expect(idle.status == 0 && idle.output.contains("files: left as it is: czproxy stands in front of it"))
    #expect(try String(contentsOfFile: file, encoding: .utf8) == once)
    let again = try Self.run(
      ["wrap", "mcp.json", "files", "--policy", "policy.yaml", "--agent", "a", "--format", "json", "--"]
        + ["--dlp-results", "mask"], scratch)
    #expect(value(try json(again.output), "servers", 0, "outcome") as? String == "rewrapped")
    let arguments = try Self.entry("files", in: try String(contentsOfFile: file, encoding: .utf8)).arguments
    #expect(arguments.filter { $0 == "--" }.count == 1 && arguments.contains("mask") && arguments.contains("a"))
  }

  @Test func `a link stays one, and the file keeps its permissions`() throws {
    let scratch = try Scratch()
    let file = try scratch.file("real.json", Self.config(scratch))
    _ = try scratch.file("policy.yaml", Self.policy)
    try FileManager.default.setAttributes([.posixPermissions: 0o664], ofItemAtPath: file)
    try FileManager.default.createSymbolicLink(atPath: "\(scratch.path)/mcp.json", withDestinationPath: "real.json")
    #expect(try Self.run(["wrap", "mcp.json", "--policy", "policy.yaml"], scratch).status == 0)
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: "\(scratch.path)/mcp.json") == "real.json")
    let permissions = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
    #expect(permissions == 0o664)
    #expect(try String(contentsOfFile: file, encoding: .utf8).contains("--policy"))
  }

  @Test(.enabled(if: geteuid() == 0)) func `a file stays its group's, whatever the directory says`() throws {
    let scratch = try Scratch()
    let file = try scratch.file("mcp.json", Self.config(scratch))
    _ = try scratch.file("policy.yaml", Self.policy)
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o640, .groupOwnerAccountID: 12_345], ofItemAtPath: file)
    let isShared = unsafe chown(scratch.path, geteuid(), 23_456) == 0 && chmod(scratch.path, 0o2755) == 0
    #expect(isShared)
    #expect(try Self.run(["wrap", "mcp.json", "--policy", "policy.yaml"], scratch).status == 0)
    let attributes = try FileManager.default.attributesOfItem(atPath: file)
    #expect(attributes[.groupOwnerAccountID] as? Int == 12_345 && attributes[.posixPermissions] as? Int == 0o640)
    #expect(try String(contentsOfFile: file, encoding: .utf8).contains("--policy"))
  }

  @Test func `a file that can't be written whole stays as it is, and nothing is left beside it`() throws {
    let scratch = try Scratch()
    let text = Self.config(scratch) + String(repeating: " ", count: 4096)
    let file = try scratch.file("mcp.json", text)
    _ = try scratch.file("policy.yaml", Self.policy)
    // Whoever starts us may ignore or block the signal, which is inherited.
    let script = """
      import os, resource, signal, sys
      signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
      signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGXFSZ])
      resource.setrlimit(resource.RLIMIT_FSIZE, (1024, 1024))
      os.execv(sys.argv[1], sys.argv[1:])
      """
    let process = try RunningProcess(
      ["python3", "-c", script, "\(Project.czproxy)-ctl", "wrap", "mcp.json", "--policy", "policy.yaml"],
      environment: ["HOME": scratch.path, "CONTROLZERO_HOME": scratch.state], directory: scratch.path)
    process.closeInput()
    #expect(try process.wait() == 74, "\(process.errors.text)")
    #expect(process.errors.text.contains("mcp.json: it can't be written"))
    #expect(try String(contentsOfFile: file, encoding: .utf8) == text)
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path).allSatisfy { !$0.hasSuffix(".tmp") })
  }

  @Test func `an edit that would be read as another one is not written`() throws {
    let scratch = try Scratch()
    let text = "mcpServers:\n  a:\n    command: x\n    args: [# none\n    ]\n"
    let file = try scratch.file("c.yaml", text)
    let outcome = try Self.run(["wrap", "c.yaml", "--observe"], scratch)
    #expect(outcome.status == 74 && outcome.errors.contains("the change would be read as another one"), "\(outcome)")
    #expect(try String(contentsOfFile: file, encoding: .utf8) == text)
  }

  @Test func `YAML is found, wrapped and governed like the others`() throws {
    let scratch = try Scratch()
    let policy = try scratch.file("policy.yaml", Self.policy)
    let places = [".config/goose", ".continue/mcpServers", ".config/crush"]
    for place in places {
      try FileManager.default.createDirectory(atPath: "\(scratch.path)/\(place)", withIntermediateDirectories: true)
    }
    let program = Project.program("filesystem-mcp", in: "mcp2")
    let text = """
      # mine
      extensions:
        files:
          args:
          - \(scratch.path) # all of it
          cmd: \(program)
          env_keys: [TOKEN]
          type: stdio
        developer: {type: builtin}

      """
    let file = try scratch.file(".config/goose/config.yaml", text)
    _ = try scratch.file(".continue/mcpServers/x.yaml", "mcpServers:\n- name: far\n  url: https://x\n")
    _ = try scratch.file(".config/crush/crushrc", "mcp add x\n")
    let bare = try DoctorTests.findings(scratch)
    #expect(bare.lines.contains("3: warning: files: nothing governs it"), "\(bare)")
    #expect(bare.lines.contains("9: note: developer: it is built into its host: czproxy can't stand in front of it"))
    #expect(bare.lines.contains("2: note: far: it is a URL: czproxy can't stand in front of it"))
    let all = try Self.run(["doctor"], scratch).output
    #expect(all.contains("/crushrc: warning: scripts are not read"))
    let unnamed = try Self.run(["wrap"], scratch)
    #expect(unnamed.status == 64 && unnamed.errors.contains("\n  \(file)\n"), "\(unnamed)")

    let wrapped = try Self.run(["wrap", file, "--policy", "policy.yaml"], scratch)
    #expect(wrapped.status == 0 && wrapped.output.contains("developer: left as it is: it is built into"), "\(wrapped)")
    let changed = try String(contentsOfFile: file, encoding: .utf8)
    #expect(changed.contains("    - \"goose\"\n") && changed.contains("    - \(program)\n    - \(scratch.path) # all"))
    let well = try DoctorTests.findings(scratch)
    #expect(well.lines.contains("3: ok: files: governed by \(policy), 2 rules"), "\(well)")
    #expect(try Self.run(["unwrap", file], scratch).status == 0)
    #expect(try String(contentsOfFile: file, encoding: .utf8) == text)
  }

  @Test func `what is made of generated configs is what PyYAML and tomllib read`() throws {
    let process = try RunningProcess(
      [
        Project.python("controlzero"), "\(Project.root)/Scripts/differential-configs", "--ctl",
        "\(Project.czproxy)-ctl", "--count", "150",
      ])
    process.closeInput()
    #expect(try process.wait() == 0, "\(process.output.text)")
    #expect(process.output.text.contains("0 of 150 differ"))
  }

  @Test(.enabled(if: geteuid() == 0)) func `another user's file is left alone`() throws {
    let scratch = try Scratch()
    let file = try scratch.file("mcp.json", Self.config(scratch))
    _ = try scratch.file("policy.yaml", Self.policy)
    try FileManager.default.setAttributes([.ownerAccountID: 12_345], ofItemAtPath: file)
    let outcome = try Self.run(["wrap", "mcp.json", "--policy", "policy.yaml"], scratch)
    #expect(outcome.status == 74 && outcome.errors.contains("it belongs to another user"), "\(outcome)")
    #expect(try String(contentsOfFile: file, encoding: .utf8) == Self.config(scratch))
  }

  @Test(arguments: [
    (["wrap", "mcp.json", "--policy", "none.yaml"], 78, "none.yaml: E1202: there is no such file"),
    (["wrap", "mcp.json", "--policy", "none.yaml"], 78, "`czproxy policy draft --server NAME -- COMMAND` makes one"),
    (["wrap", "mcp.json", "--policy", "broken.yaml"], 78, "broken.yaml:"),
    (["wrap", "mcp.json", "--bundle", "x"], 64, "--bundle needs --keys FILE"),
    (["wrap", "mcp.json", "--", "--policy", "policy.yaml"], 64, "`policy.yaml` must be an absolute path"),
    (["wrap", "mcp.json", "--", "--polcy", "x"], 64, "unknown option `--polcy`"),
    (["wrap", "mcp.json", "--", "--server", "x"], 64, "--server is given twice"),
    (
      ["wrap", "mcp.json", "nobody", "--policy", "policy.yaml"], 1,
      "there is no server `nobody`; there are `files`, `far`"
    ),
    (["wrap", "none.json"], 1, "none.json: there is no such file"), (["wrap", "."], 1, "it is not a regular file"),
    (["wrap", "cut.json"], 1, "cut.json:1:15: it is not JSON: the text ends inside a value"),
    (["wrap", "list.json"], 1, "list.json:1:15: `mcpServers` is not an object"),
    (["wrap", "config.toml"], 1, "config.toml:1:3: it can't be read as TOML: unexpected byte"),
    (["unwrap", "cut.json"], 1, "cut.json:1:15:"),
  ])
  func `what can't be done is said, and nothing is written`(words: [String], status: Int32, text: String) throws {
    let scratch = try Scratch()
    let file = try scratch.file("mcp.json", Self.config(scratch))
    for (name, content) in [
      ("policy.yaml", Self.policy), ("broken.yaml", "version: \"1\"\nrules: [{alow: x}]\n"),
      ("cut.json", #"{"mcpServers":"#), ("list.json", #"{"mcpServers":[]}"#), ("config.toml", "a b"),
    ] {
      _ = try scratch.file(name, content)
    }
    let outcome = try Self.run(words, scratch)
    #expect(outcome.status == status && outcome.errors.contains(text), "\(outcome)")
    #expect(try String(contentsOfFile: file, encoding: .utf8) == Self.config(scratch))
  }

  @Test func `Codex's TOML is wrapped too, and reads as what was meant`() throws {
    let scratch = try Scratch()
    _ = try scratch.file("policy.yaml", Self.policy)
    let text = """
      model = "x"  # mine

      [mcp_servers.files]
      command = 'srv'
      args = [
        "-y",  # yes
        'a "b"',
      ]

      [mcp_servers.bare]
      command = "bare" # no arguments
      [mcp_servers.bare.env]
      A = "b"

      """
    let file = try scratch.file("config.toml", text)
    let wrapped = try Self.run(["wrap", "config.toml", "--policy", "policy.yaml"], scratch)
    #expect(wrapped.status == 0, "\(wrapped)")
    let script = "import json, sys, tomllib; print(json.dumps(tomllib.load(open(sys.argv[1], 'rb'))))"
    let process = try RunningProcess(["python3", "-c", script, file])
    let config = try json(try process.line())
    for (name, command) in [("files", ["srv", "-y", "a \"b\""]), ("bare", ["bare"])] {
      let arguments = try #require(value(config, "mcp_servers", name, "args") as? [String])
      let separator = try #require(arguments.firstIndex(of: "--"))
      #expect(Array(arguments[(separator + 1)...]) == command)
      #expect(arguments.prefix(3) == ["run", "--server", name])
      #expect((value(config, "mcp_servers", name, "command") as? String)?.hasSuffix("/czproxy") == true)
    }
    #expect(value(config, "model") as? String == "x")
    #expect(value(config, "mcp_servers", "bare", "env", "A") as? String == "b")
    #expect(try Self.run(["unwrap", "config.toml"], scratch).status == 0)
    #expect(try String(contentsOfFile: file, encoding: .utf8) == text)
  }

  @Test func `Mistral Vibe's list of servers is wrapped too, where its host leaves czproxy whole`() throws {
    let scratch = try Scratch()
    _ = try scratch.file("policy.yaml", Self.policy)
    let text = "[[mcp_servers]]\nname = \"files\"\ncommand = \"srv\"\nargs = [\"a\"]\n"
    let file = try scratch.file("config.toml", text)
    let moved = ["VIBE_HOME": scratch.path]
    let divided = "\(scratch.path)/a b"
    try FileManager.default.createDirectory(atPath: divided, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: "\(divided)/czproxy", withDestinationPath: Project.czproxy)
    let left = try Self.run(
      ["wrap", file, "--policy", "policy.yaml", "--czproxy", "\(divided)/czproxy"], scratch, environment: moved)
    #expect(left.output.contains("files: left as it is: its host divides a command into words"), "\(left)")
    #expect(try String(contentsOfFile: file, encoding: .utf8) == text)

    let bare = try DoctorTests.findings(scratch, environment: moved)
    #expect(bare.lines.contains("1: warning: files: nothing governs it"), "\(bare)")
    _ = try Self.run(["wrap", file, "--policy", "policy.yaml"], scratch, environment: moved)
    let wrapped = try String(contentsOfFile: file, encoding: .utf8)
    #expect(wrapped.contains(#""--agent", "mistral-vibe""#) && wrapped.contains(#""--", "srv", "a"]"#), "\(wrapped)")
    _ = try Self.run(["unwrap", file], scratch)
    #expect(try String(contentsOfFile: file, encoding: .utf8) == text)
  }

  @Test func `a dry run prints the file as it would be, and writes nothing`() throws {
    let scratch = try Scratch()
    let file = try scratch.file("mcp.json", Self.config(scratch))
    _ = try scratch.file("policy.yaml", Self.policy)
    let dry = try Self.run(["wrap", "mcp.json", "--policy", "policy.yaml", "--dry-run"], scratch)
    #expect(try String(contentsOfFile: file, encoding: .utf8) == Self.config(scratch))
    #expect(dry.errors.contains("files: wrapped"))
    _ = try Self.run(["wrap", "mcp.json", "--policy", "policy.yaml"], scratch)
    #expect(try String(contentsOfFile: file, encoding: .utf8) == dry.output)
  }

  @Test func `a path means what it means to the system, behind a link too`() throws {
    let scratch = try Scratch()
    let other = try scratch.file("mcp.json", Self.config(scratch))
    try FileManager.default.createDirectory(atPath: "\(scratch.path)/real/deep", withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(atPath: "\(scratch.path)/link", withDestinationPath: "real/deep")
    let meant = try scratch.file("real/mcp.json", #"{"mcpServers":{"meant":{"command":"x"}}}"#)
    _ = try scratch.file("policy.yaml", "version: \"1\"\nrules: [{allow: \"*\"}]\n")
    _ = try scratch.file("real/policy.yaml", "version: \"1\"\nrules: [{deny: \"meant\"}]\n")
    let wrapped = try Self.run(["wrap", "link/../mcp.json", "--policy", "link/../policy.yaml"], scratch)
    #expect(wrapped.status == 0, "\(wrapped)")
    #expect(try String(contentsOfFile: other, encoding: .utf8) == Self.config(scratch))
    let arguments = try Self.entry("meant", in: try String(contentsOfFile: meant, encoding: .utf8)).arguments
    let policy = try #require(arguments.firstIndex(of: "--policy").map { arguments[$0 + 1] })
    #expect(policy.hasPrefix("/"))
    #expect(try String(contentsOfFile: policy, encoding: .utf8).contains("deny"))
  }

  @Test func `czproxy beside a URL is left as it is, and taken away`() throws {
    let scratch = try Scratch()
    let text = #"{"mcpServers":{"a":{"command":"/b/czproxy","args":["run","--","x"],"url":"https://x"}}}"#
    let file = try scratch.file("mcp.json", text)
    let wrapped = try Self.run(["wrap", "mcp.json", "--observe"], scratch)
    #expect(wrapped.output.contains("a: left as it is: it has a `command` and a URL: hosts differ in which counts"))
    #expect(try String(contentsOfFile: file, encoding: .utf8) == text)
    #expect(try Self.run(["unwrap", "mcp.json"], scratch).output.contains("a: unwrapped"))
  }

  @Test func `what the environment says here, and a host will not pass on, is told where it counts`() throws {
    let scratch = try Scratch()
    _ = try scratch.file("mcp.json", Self.config(scratch))
    _ = try scratch.file("policy.yaml", Self.policy)
    func errors(_ words: [String], _ environment: [String: String]) throws -> String {
      try Self.run(["wrap", "mcp.json", "--dry-run"] + words, scratch, environment: environment).errors
    }
    let service = ["CONTROLZERO_API_URL": "https://example.com"]
    let warning = "most hosts will not pass CONTROLZERO_API_URL on: say it by an option, `-- --base-url URL`"
    #expect(try errors([], service).contains(warning))
    #expect(try !errors(["--", "--base-url", "https://example.com"], service).contains("will not pass"))
    #expect(try errors([], ["CZ_API_KEY": "cz_live_0123456789abcdef"]).contains("will not pass CZ_API_KEY on"))
    // No service is asked.
    let local = try errors(["--policy", "policy.yaml"], service.merging(["CZ_API_KEY": "x"]) { $1 })
    #expect(!local.contains("will not pass"))
  }

  @Test func `a server may be called like an option`() throws {
    let scratch = try Scratch()
    let file = try scratch.file("mcp.json", #"{"mcpServers":{"--help":{"command":"x"}}}"#)
    _ = try scratch.file("policy.yaml", "version: \"1\"\nrules: [{allow: \"*\"}]\n")
    let advice = try Self.run(["doctor", "mcp.json"], scratch)
    #expect(advice.output.contains("fix: czproxy wrap mcp.json --policy FILE"))
    let wrapped = try Self.run(["wrap", "mcp.json", "--policy", "policy.yaml"], scratch)
    #expect(wrapped.status == 0, "\(wrapped)")
    let arguments = try Self.entry("--help", in: try String(contentsOfFile: file, encoding: .utf8)).arguments
    #expect(arguments.prefix(2) == ["run", "--server=--help"])
    #expect(try Self.run(["doctor", "mcp.json"], scratch).output.contains("ok: --help: governed by"))
  }

  @Test func `a path that is empty is none`() throws {
    let scratch = try Scratch()
    _ = try scratch.file("mcp.json", Self.config(scratch))
    let outcome = try Self.run(["wrap", "mcp.json", "--state-dir", ""], scratch)
    #expect(outcome.status == 64 && outcome.errors.contains("must be an absolute path"), "\(outcome)")
  }

  @Test func `what unwrapping leaves, it leaves for the right reason`() throws {
    let scratch = try Scratch()
    _ = try scratch.file("mcp.json", #"{"mcpServers":{"a":{"command":"/b/czproxy","args":["run","--server","a"]}}}"#)
    let outcome = try Self.run(["unwrap", "mcp.json"], scratch)
    #expect(outcome.output.contains("a: left as it is: czproxy stands there without the command of a server"))
  }
}

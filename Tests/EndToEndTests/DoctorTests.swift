import Foundation
import Testing

/// `czproxy doctor` on the configs of hosts and on the state directory.
@Suite struct DoctorTests {
  static func findings(
    _ scratch: Scratch, environment: [String: String] = [:]
  ) throws -> (status: Int32, lines: [String]) {
    let outcome = try WrapTests.run(["doctor", "--format", "json"], scratch, environment: environment)
    let findings = try #require(value(try json(outcome.output), "findings") as? [[String: Any]])
    return (
      outcome.status,
      findings.compactMap { finding in
        guard let server = finding["server"] as? String, let severity = finding["severity"] as? String else {
          return nil
        }
        return "\(finding["line"] ?? ""): \(severity): \(server): \(finding["message"] ?? "")"
      }
    )
  }

  @Test func `the doctor finds what is not governed, and what can't work`() throws {
    let scratch = try Scratch()
    let policy = try scratch.file("policy.yaml", WrapTests.policy)
    try FileManager.default.createDirectory(atPath: "\(scratch.path)/.cursor", withIntermediateDirectories: true)
    let file = try scratch.file(".cursor/mcp.json", WrapTests.config(scratch))
    let bare = try Self.findings(scratch)
    #expect(bare.status == 1)
    #expect(bare.lines.contains("4: warning: files: nothing governs it"))
    #expect(bare.lines.contains("9: note: far: it is a URL: czproxy can't stand in front of it"))

    _ = try WrapTests.run(["wrap", file, "--policy", "policy.yaml"], scratch)
    let well = try Self.findings(scratch)
    #expect(well.status == 0 && well.lines.contains("4: ok: files: governed by \(policy), 2 rules"), "\(well)")
    let text = try String(contentsOfFile: file, encoding: .utf8)
    #expect(text.contains(#""--agent", "cursor""#))

    for (change, finding) in [
      ((policy, "/no/policy.yaml"), "4: error: files: it can't start: /no/policy.yaml: E1202: there is no such file"),
      ((#""--agent""#, #""--agnet""#), "4: error: files: it can't start: unknown option `--agnet`"),
      (
        ("\(Project.program("filesystem-mcp", in: "mcp2"))", "no-such-program"),
        "4: warning: files: the server's own command, `no-such-program`, is not on the PATH here"
      ),
      (
        (policy, "policy.yaml"),
        "4: warning: files: `policy.yaml` is not an absolute path, and hosts start servers in directories of their own"
      ),
      (
        (#""run", "--server", "files""#, #""run", "--no-governance", "--server", "files""#),
        "4: warning: files: it is passed through ungoverned (--no-governance)"
      ),
      ((#""command": "/"#, #""command": "/no"#), "4: error: files: there is no czproxy at /no"),
    ] {
      let changed = text.replacing(change.0, with: change.1)
      #expect(changed != text)
      _ = try scratch.file(".cursor/mcp.json", changed)
      let found = try Self.findings(scratch)
      #expect(found.status == 1 && found.lines.contains { $0.hasPrefix(finding) }, "\(found.lines) not \(finding)")
    }
    #expect(!FileManager.default.fileExists(atPath: scratch.state))
  }

  /// Entries as somebody else's installer might leave them: `CZ` is czproxy, `OTHER` another program of that name.
  @Test(arguments: [
    (
      #"{"command": "CZ", "args": ["run", "--policy", "POLICY", "--", "true"], "env": {"CONTROLZERO_HOME": "/x"}}"#,
      "its `env` sets CONTROLZERO_HOME"
    ),
    (
      #"{"command": "CZ", "args": ["run", "--state-dir", "/x", "--", "true"], "env": {"A": "b", "CZ_API_KEY": "k"}}"#,
      "its `env` sets CZ_API_KEY"
    ),
    (
      #"{"command": "CZ", "args": ["run", "--policy", "POLICY", "--", "true"], "envFile": "/x"}"#,
      "some of its variables stand elsewhere, which was not looked into, and may set CONTROLZERO_HOME"
    ),
    (
      #"{"command": "CZ", "args": ["run", "--policy", "POLICY", "--", "true"]}"#,
      "CONTROLZERO_HOME is set here, and most hosts will not pass it on"
    ),
    (
      #"{"command": "./czproxy", "args": ["run", "--policy", "POLICY", "--state-dir", "/x", "--", "true"]}"#,
      "`./czproxy` is not an absolute path"
    ),
    (
      #"{"command": "czproxy", "args": ["run", "--policy", "POLICY", "--state-dir", "/x", "--", "true"]}"#,
      "`czproxy` is not an absolute path"
    ),
    (
      #"{"command": "OTHER", "args": ["run", "--policy", "POLICY", "--state-dir", "/x", "--", "true"]}"#,
      "OTHER is another czproxy than this one"
    ),
    (#"{"type": "sse", "command": "true"}"#, "nothing governs it"),
    (
      #"{"command": "CZ", "args": ["run", "--policy", "POLICY", "--", "true"], "httpUrl": "https://x"}"#,
      "it has a `command` and a URL"
    ),
    (
      #"{"command": "CZ", "args": ["run", "--no-governance", "--", "true"], "env": {"HOME": "/x"}}"#,
      "it is passed through ungoverned (--no-governance)"
    ),
    (
      #"{"command": "CZ", "args": ["run", "--observe", "--state-dir", "/x", "--", "true"]}"#,
      "observed, and nothing is denied: there is no policy"
    ),
  ])
  func `the doctor calls nothing governed that is not, or that it can't know`(entry: String, finding: String) throws {
    let scratch = try Scratch()
    let policy = try scratch.file("policy.yaml", "version: \"1\"\nrules: [{allow: \"*\"}]\n")
    let other = try scratch.file("czproxy", "#!/bin/sh\n")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: other)
    let text = entry.replacing("CZ\"", with: "\(Project.czproxy)\"").replacing("POLICY", with: policy)
      .replacing("OTHER", with: other)
    try FileManager.default.createDirectory(atPath: "\(scratch.path)/.cursor", withIntermediateDirectories: true)
    _ = try scratch.file(".cursor/mcp.json", #"{"mcpServers": {"s": \#(text)}}"#)
    let found = try Self.findings(scratch)
    let expected = finding.replacing("OTHER", with: other)
    #expect(found.lines.contains { $0.contains(expected) }, "\(found.lines)")
    for claim in ["governed by", "every call is denied"] {
      #expect(!found.lines.contains { $0.contains(claim) }, "\(found.lines)")
    }
  }

  @Test func `what stands in a config neither steers a terminal nor makes up lines`() throws {
    let scratch = try Scratch()
    let entries = [
      #"{"command": "/x/\u001b[2J\u009b31m/czproxy", "args": ["run", "--", "x"]}"#,
      #"{"command": "CZ", "args": ["run", "--a\u001b[2J", "--", "x"]}"#,
      #"{"command": "CZ", "args": ["run", "--policy", "/x\n/etc/mcp.json:1:1: ok: s: governed\u202e", "--", "x"]}"#,
      #"{"command": "CZ", "args": ["run", "--state-dir", "/x", "--", "\u001b[2Jx"]}"#,
    ]
    let servers = entries.enumerated().map { #""s\#($0)": \#($1)"# }.joined(separator: ", ")
    _ = try scratch.file(
      "mcp.json", "{\"mcpServers\": {\(servers)}}".replacing("CZ\"", with: "\(Project.czproxy)\""))
    let outcome = try WrapTests.run(["doctor", "mcp.json"], scratch)
    #expect(outcome.output.contains(#"\u{1b}[2J"#))
    let shown = outcome.output.unicodeScalars
    #expect(shown.allSatisfy { $0 == "\n" || (0x20..<0x7f).contains($0.value) }, "\(outcome.output)")
    #expect(!outcome.output.contains("\n/etc/mcp.json"))
  }

  @Test func `a command that the doctor advises can be pasted into a shell`() throws {
    let scratch = try Scratch()
    try FileManager.default.createDirectory(atPath: "\(scratch.path)/it's here", withIntermediateDirectories: true)
    _ = try scratch.file("it's here/mcp.json", #"{"mcpServers": {"s": {"command": "x"}}}"#)
    let outcome = try WrapTests.run(["doctor", "it's here/mcp.json"], scratch)
    #expect(outcome.output.contains(#"fix: czproxy wrap 'it'\''s here/mcp.json' s --policy FILE"#), "\(outcome.output)")
  }

  @Test func `the doctor finds a state directory that others can look into`() throws {
    let scratch = try Scratch()
    try FileManager.default.createDirectory(
      atPath: scratch.state, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
    let outcome = try WrapTests.run(["doctor"], scratch)
    #expect(outcome.status == 1)
    #expect(outcome.output.contains("\(scratch.state): warning: others can look into it (mode 755)"))
    #expect(outcome.output.contains("fix: chmod 700 \(scratch.state)"))
    #expect(outcome.output.contains("note: no config of a host is in its usual place"))
  }
}

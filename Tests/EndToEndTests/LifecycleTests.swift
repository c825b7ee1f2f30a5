import Foundation
import Testing

/// Start, end and signals: the exit status is right, and nobody is left behind.
@Suite struct LifecycleTests {
  @Test(arguments: [0, 3])
  func `a server that ends at once gives us its status`(status: Int32) throws {
    let session = try ScriptedSession(server: ["--exit-at-once", "\(status)"])
    #expect(try session.process.wait() == status)
  }

  @Test func `a server killed by a signal gives 128 and its number`() throws {
    let scratch = try Scratch()
    let process = try RunningProcess(
      [Project.czproxy, "run", "--server", "s", "--state-dir", scratch.state, "--", "sh", "-c", "kill -SEGV $$"])
    #expect(try process.wait() == 128 + SIGSEGV)
  }

  @Test func `a server that ignores the end of its input is ended by SIGTERM`() throws {
    let session = try ScriptedSession(server: ["--ignore-eof"])
    session.process.send(session.call(1, "echo"))
    _ = try session.process.line()
    #expect(try session.end() == 128 + SIGTERM)
  }

  /// Answers three seconds after the end of its input: longer than a server that owes nothing may take to end.
  private static let late = [
    "python3", "-c",
    """
    import sys, time
    sys.stdin.read()
    time.sleep(3)
    print('{"jsonrpc":"2.0","id":1,"result":{}}', flush=True)
    sys.argv[1:] and time.sleep(3600)
    """,
  ]

  @Test func `a host that ends its input and reads on gets the answers that it waits for`() throws {
    let scratch = try Scratch()
    let policy = try scratch.file("policy.yaml", ScriptedSession.policy)
    let command = [Project.czproxy, "run", "--server", "s", "--policy", policy, "--state-dir", scratch.state, "--"]
    let process = try RunningProcess(command + Self.late)
    process.send(#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo"}}"#)
    process.closeInput()
    #expect(try process.wait() == 0)
    #expect(process.output.text.contains(#""id":1"#))
    // One that has its answer is not waited for, nor is one that the host has cancelled.
    for cancels in [false, true] {
      let process = try RunningProcess(command + Self.late + ["stay"])
      process.send(#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo"}}"#)
      if cancels {
        process.send(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#)
      }
      process.closeInput()
      #expect(try process.wait() == 128 + SIGTERM)
      #expect(process.output.text.contains(#""id":1"#) != cancels)
    }
  }

  @Test func `a server that ignores SIGTERM too is killed`() throws {
    let marker = "marker-\(UUID().uuidString)"
    let session = try ScriptedSession(server: ["--ignore-eof", "--ignore-term", "--marker", marker])
    session.process.send(session.call(1, "echo"))
    _ = try session.process.line()
    #expect(try session.end() == 128 + SIGKILL)
    #expect(RunningProcess.areGone(marker))
  }

  @Test(arguments: [SIGINT, SIGTERM], [[], ["--ignore-term"]])
  func `a signal ends us and the server`(signal: Int32, options: [String]) throws {
    let marker = "marker-\(UUID().uuidString)"
    let session = try ScriptedSession(server: ["--ignore-eof", "--marker", marker] + options)
    session.process.send(session.call(1, "echo"))
    _ = try session.process.line()
    session.process.send(signal: signal)
    #expect(try session.process.wait() == 128 + signal)
    #expect(RunningProcess.areGone(marker))
    let rows = try session.scratch.rows()
    #expect(rows.last?["event"] as? String == "session_end")
  }

  @Test func `a signal to the whole process group ends us as it ends anybody, at whatever step it comes`() throws {
    let scratch = try Scratch()
    for step in 0..<50 {
      // The group is the process's own, and the signal is sent as soon as there is a child, or some time later.
      let script = """
        import os, subprocess, sys
        process = subprocess.Popen(sys.argv[1:], start_new_session=True, stdin=subprocess.PIPE)
        while not open(f'/proc/{process.pid}/task/{process.pid}/children').read():
            pass
        for _ in range(\(step) * 80):
            pass
        os.killpg(process.pid, 2)
        status = process.wait()
        sys.exit(status if status >= 0 else 128 - status)
        """
      let process = try RunningProcess(
        ["python3", "-c", script, Project.czproxy, "run", "--server", "s", "--state-dir", scratch.state, "--", "cat"])
      #expect(try process.wait() == 128 + SIGINT, "\(process.errors.text)")
    }
  }

  @Test(arguments: [[], ["sh", "-c", "\"$@\"; true", "sh"]])
  func `killing us leaves no server behind, not even beneath a wrapper`(wrapper: [String]) throws {
    let marker = "marker-\(UUID().uuidString)"
    let session = try ScriptedSession(
      server: ["--ignore-eof", "--ignore-term", "--marker", marker], wrapper: wrapper)
    session.process.send(session.call(1, "echo"))
    _ = try session.process.line()
    session.process.send(signal: SIGKILL)
    #expect(try session.process.wait() == 128 + SIGKILL)
    #expect(RunningProcess.areGone(marker))
  }

  @Test(arguments: [0.02, 0])
  func `killing us leaves nobody behind who forks and ends, again and again`(pause: Double) throws {
    let marker = "marker-\(UUID().uuidString)"
    let scratch = try Scratch()
    let script = """
      import os, signal, sys, time
      signal.signal(signal.SIGTERM, signal.SIG_IGN)
      if os.fork() == 0:
          while True:
              time.sleep(\(pause))
              if os.fork():
                  os._exit(0)
      print('{"jsonrpc":"2.0","method":"notifications/message"}', flush=True)
      sys.stdin.read()
      """
    for _ in 0..<5 {
      let process = try RunningProcess(
        [Project.czproxy, "run", "--server", "s", "--state-dir", scratch.state, "--", "python3", "-c", script, marker])
      _ = try process.line()
      process.send(signal: SIGKILL)
      #expect(try process.wait() == 128 + SIGKILL)
      // It may hide from one look.
      for _ in 0..<5 { #expect(RunningProcess.areGone(marker)) }
    }
  }

  @Test func `a host that is killed is missed, though the server reads no longer and says nothing`() throws {
    let scratch = try Scratch()
    let marker = "marker-\(UUID().uuidString)"
    let policy = try scratch.file("policy.yaml", ScriptedSession.policy)
    let server = "import os, time; os.close(0); os.write(1, b'\\n'); time.sleep(3600)"
    let host = """
      import os, subprocess, sys
      proxy = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
      try:
          while True:
              proxy.stdin.write(b'{"jsonrpc":"2.0","method":"notifications/initialized"}\\n')
              proxy.stdin.flush()
      except BrokenPipeError:
          os._exit(0)
      """
    let process = try RunningProcess(
      [
        "python3", "-c", host, Project.czproxy, "run", "--server", "s", "--policy", policy,
        "--state-dir", scratch.state, "--", "python3", "-c", server, marker,
      ])
    #expect(RunningProcess.areGone(marker))
    try process.wait()
    #expect(try scratch.rows().last?["event"] as? String == "session_end")
  }

  @Test func `a host that is killed is missed, though the server goes on speaking`() throws {
    let scratch = try Scratch()
    // It would say its last line, and end by itself, long after it was asked to end.
    let server = """
      import sys, time
      for _ in range(1500):
          print('{"jsonrpc":"2.0","method":"notifications/message"}', flush=True)
          time.sleep(0.01)
      sys.exit(3)
      """
    let host = """
      import subprocess, sys
      proxy = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
      proxy.stdout.readline()
      proxy.stdout.close()
      sys.exit(proxy.wait())
      """
    let process = try RunningProcess(
      [
        "python3", "-c", host, Project.czproxy, "run", "--server", "s", "--state-dir", scratch.state, "--",
        "python3", "-c", server,
      ])
    #expect(try process.wait() == 128 + SIGTERM)
  }

  @Test func `a host that is killed is missed, though the server reads nothing and there is no room for more`() throws {
    let scratch = try Scratch()
    let marker = "marker-\(UUID().uuidString)"
    let policy = try scratch.file("policy.yaml", ScriptedSession.policy)
    let host = """
      import os, select, subprocess, sys
      proxy = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
      lines = b'{"jsonrpc":"2.0","method":"notifications/initialized"}\\n' * 100_000
      os.set_blocking(proxy.stdin.fileno(), False)
      while lines and select.select([], [proxy.stdin], [], 1)[1]:
          lines = lines[os.write(proxy.stdin.fileno(), lines):]
      os._exit(0 if lines else 1)
      """
    let process = try RunningProcess(
      [
        "python3", "-c", host, Project.czproxy, "run", "--server", "s", "--policy", policy,
        "--state-dir", scratch.state, "--", "python3", "-c", "import time; time.sleep(3600)", marker,
      ])
    #expect(try process.wait() == 0)
    #expect(RunningProcess.areGone(marker))
    #expect(try scratch.rows().last?["event"] as? String == "session_end")
  }

  /// Runs a server that says a line, and expects that nothing of it is left once the host has closed its end.
  private func expectEnd(of script: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let scratch = try Scratch()
    let marker = "marker-\(UUID().uuidString)"
    let process = try RunningProcess(
      [Project.czproxy, "run", "--server", "s", "--state-dir", scratch.state, "--", "python3", "-c", script, marker])
    _ = try process.line()
    process.closeInput()
    #expect(try process.wait() == 128 + SIGTERM, sourceLocation: sourceLocation)
    #expect(RunningProcess.areGone(marker), sourceLocation: sourceLocation)
  }

  @Test func `a server of more than a thousand processes is ended with all of them`() throws {
    let script = """
      import os, time
      for _ in range(1500):
          if os.fork() == 0:
              time.sleep(3600)
      print('{"jsonrpc":"2.0","method":"notifications/message"}', flush=True)
      time.sleep(3600)
      """
    try expectEnd(of: script)
  }

  @Test func `a process whose first thread has ended is not taken for one that has`() throws {
    let script = """
      import ctypes, os, threading, time
      if os.fork() == 0:
          ended, main = threading.Event(), os.getpid()
          def go_on():
              while open(f'/proc/{main}/task/{main}/stat').read().split(') ')[1][0] != 'Z':
                  pass
              if os.fork() == 0:
                  time.sleep(3600)
              print('{"jsonrpc":"2.0","method":"notifications/message"}', flush=True)
              time.sleep(3600)
          threading.Thread(target=go_on).start()
          ctypes.CDLL(None).pthread_exit(None)
      time.sleep(3600)
      """
    try expectEnd(of: script)
  }

  @Test(arguments: [SIGINT, SIGTERM, SIGHUP, SIGKILL], [["call"], ["policy", "draft"]])
  func `a command that is ended leaves no server behind, though that ignores the end of its input`(
    signal: Int32, command: [String]
  ) throws {
    let marker = "marker-\(UUID().uuidString)"
    // A killed one can't end what stands beneath a wrapper.
    let wrapper = signal == SIGKILL ? [] : ["sh", "-c", "\"$@\"; true", "sh"]
    let script = "import sys, time; print('it runs', file=sys.stderr, flush=True); time.sleep(3600)"
    let process = try RunningProcess(
      [Project.czproxy] + command + ["--"] + wrapper + ["python3", "-c", script, marker])
    try process.report(containing: "it runs")
    process.send(signal: signal)
    #expect(try process.wait() == 128 + signal)
    #expect(RunningProcess.areGone(marker))
  }

  @Test func `a command that is ended while it starts a server leaves none behind`() throws {
    let marker = "marker-\(UUID().uuidString)"
    // The signal is sent as soon as there is a child.
    let script = """
      import os, signal, subprocess, sys
      process = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE)
      tasks = f'/proc/{process.pid}/task'
      while not any(open(f'{tasks}/{task}/children').read() for task in os.listdir(tasks)):
          pass
      process.send_signal(signal.SIGINT)
      sys.exit(0 if process.wait() == -signal.SIGINT else 1)
      """
    let wrapper = ["sh", "-c", "trap '' INT TERM HUP; \"$@\"; true", "sh"]
    let server = wrapper + ["python3", "-c", "import time; time.sleep(3600)", marker]
    for _ in 0..<20 {
      let process = try RunningProcess(["python3", "-c", script, Project.czproxy, "call", "--"] + server)
      #expect(try process.wait() == 0)
    }
    #expect(RunningProcess.areGone(marker))
  }

  @Test func `a server that asks and reads no answer does not fill the memory of its host`() throws {
    let script = """
      import sys, time
      for number in range(200):
          print('{"jsonrpc":"2.0","id":"%d%s","method":"ping"}' % (number, "x" * 1_000_000), flush=True)
      print("said", file=sys.stderr, flush=True)
      time.sleep(3600)
      """
    let process = try RunningProcess([Project.czproxy, "call", "--", "python3", "-c", script])
    try process.report(containing: "said")
    let status = try String(contentsOfFile: "/proc/\(process.id)/status", encoding: .utf8)
    let peak = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }?.split(separator: " ").dropFirst().first
    #expect(try #require(peak.flatMap { Int($0) }) < 128 << 10)
  }

  @Test func `a wrapper's server is ended with it when the host leaves`() throws {
    let marker = "marker-\(UUID().uuidString)"
    let session = try ScriptedSession(
      server: ["--ignore-eof", "--marker", marker], wrapper: ["sh", "-c", "\"$@\"; true", "sh"])
    session.process.send(session.call(1, "echo"))
    _ = try session.process.line()
    try session.end()
    #expect(RunningProcess.areGone(marker))
  }

  @Test func `a grandchild that holds the output open does not keep us`() throws {
    let marker = "marker-\(UUID().uuidString)"
    let session = try ScriptedSession(server: ["--grandchild", "--marker", marker])
    session.process.send(session.call(1, "echo"))
    _ = try session.process.line()
    #expect(try session.end() == 0)
    #expect(RunningProcess.areGone(marker))
  }

  @Test func `a server that kills its guardian at once is not left behind`() throws {
    let scratch = try Scratch()
    let marker = "marker-\(UUID().uuidString)"
    // Now and then it is faster than the guardian, which then could not say what it has started.
    for _ in 0..<20 {
      let process = try RunningProcess(
        [
          Project.czproxy, "run", "--server", "s", "--state-dir", scratch.state, "--",
          "sh", "-c", "kill -KILL $PPID; exec python3 -c 'import time; time.sleep(3600)' $0", marker,
        ])
      #expect(try process.wait() != 0)
    }
    #expect(RunningProcess.areGone(marker))
  }

  @Test func `the server gets its arguments with the bytes that we were given`() throws {
    let scratch = try Scratch()
    // A shell makes them: no String holds such bytes.
    let start = """
      exec "$0" run --server s --state-dir "$1" -- sh -c 'printf %s "$1" > seen' sh "$(printf 'a\\351b')"
      """
    let process = try RunningProcess(["sh", "-c", start, Project.czproxy, scratch.state], directory: scratch.path)
    #expect(try process.wait() == 0)
    #expect(Array(scratch.read("seen")) == [0x61, 0xe9, 0x62])
  }

  @Test func `an option that is not UTF-8 is refused, for another one would be used in its place`() throws {
    let scratch = try Scratch()
    let start = "exec \"$0\" run --server s --state-dir \"$1$(printf '\\351')\" -- true"
    let process = try RunningProcess(["sh", "-c", start, Project.czproxy, scratch.state])
    #expect(try process.wait() == 64)
    try process.report(containing: "UTF-8")
  }

  @Test func `a script without an interpreter line is run by the shell, as hosts do`() throws {
    let scratch = try Scratch()
    let script = try scratch.file("server", "exit 5\n")
    try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: script)
    let process = try RunningProcess(
      [Project.czproxy, "run", "--server", "s", "--state-dir", scratch.state, "--", script])
    #expect(try process.wait() == 5)
  }

  @Test func `the server gets our environment, directory and process group`() throws {
    let scratch = try Scratch()
    let script = "echo \"$SOMETHING $(pwd) $(ps -o pgid= -p $$)\" > seen"
    let process = try RunningProcess(
      [Project.czproxy, "run", "--server", "s", "--state-dir", scratch.state, "--", "sh", "-c", script],
      environment: ["SOMETHING": "of ours"], directory: scratch.path)
    #expect(try process.wait() == 0)
    let seen = String(decoding: scratch.read("seen"), as: UTF8.self)
    #expect(seen.hasPrefix("of ours \(scratch.path) "))
    #expect(seen.hasSuffix(" \(getpgrp())\n"))
  }

  @Test func `the server ignores the signals that we were told to ignore, and no others`() throws {
    let scratch = try Scratch()
    let start = """
      import os, signal, sys
      for number in [signal.SIGCHLD, signal.SIGHUP, signal.SIGUSR1]:
          signal.signal(number, signal.SIG_IGN)
      os.execv(sys.argv[1], sys.argv[1:])
      """
    let server = "import sys; open(sys.argv[1], 'w').write(open('/proc/self/status').read().split('SigIgn:')[1][:18])"
    let words = ["/usr/bin/env", "python3", "-c", server]
    let proxy = [Project.czproxy, "run", "--server", "s", "--state-dir", scratch.state, "--"]
    for (command, name) in [(words, "plain"), (proxy + words, "behind us")] {
      try RunningProcess(["python3", "-c", start] + command + ["\(scratch.path)/\(name)"]).wait()
    }
    #expect(scratch.read("plain").count > 8)
    #expect(scratch.read("behind us") == scratch.read("plain"))
  }
}

private import CShims
internal import Platform

/// A server's process, seen from its host: its pipes, its end.
///
/// The process leads a group of its own, through which whatever it started is ended with it. If this process is killed,
/// the server's input ends, which ends a server of the stdio transport (MCP, "Lifecycle: Shutdown"); if it does not,
/// the system asks the server to end, on Linux. That reaches only the server itself.
struct ServerChild: ~Copyable {
  private let process: pid_t
  /// Nonblocking.
  var input: Descriptor?
  let output: Descriptor

  /// From the end of the input to SIGTERM, and from there to SIGKILL; in milliseconds.
  private static let exitTimeout: Int32 = 1500
  private static let killTimeout: Int32 = 1000

  /// Must be called on the thread that stays with the server: the system takes that thread's end for this process's.
  static func start(_ command: ServerCommand) throws(SystemError) -> ServerChild {
    guard !command.words.isEmpty else { throw SystemError("exec", ENOENT) }
    // Whatever follows a zero byte would be dropped silently.
    guard !command.texts.contains(where: { $0.utf8.contains(0) }) else { throw SystemError("exec", EINVAL) }
    var inputEnds: (Int32, Int32) = (-1, -1)
    var outputEnds: (Int32, Int32) = (-1, -1)
    var failed = unsafe cz_pipe(&inputEnds.0, &inputEnds.1)
    if failed == 0 { failed = unsafe cz_pipe(&outputEnds.0, &outputEnds.1) }
    let ourInput = Descriptor(inputEnds.1)
    let ourOutput = Descriptor(outputEnds.0)
    let theirInput = Descriptor(inputEnds.0)
    let theirOutput = Descriptor(outputEnds.1)
    guard failed == 0 else { throw SystemError("pipe", failed) }
    for pipe in [ourInput.number, ourOutput.number] {
      cz_grow_pipe(pipe, 1 << 20)
      _ = cz_set_nonblocking(pipe)
    }
    let process = try spawn(command, input: theirInput.number, output: theirOutput.number)
    return ServerChild(process: process, input: ourInput, output: ourOutput)
  }

  private init(process: pid_t, input: consuming Descriptor, output: consuming Descriptor) {
    self.process = process
    self.input = consume input
    self.output = output
  }

  /// Whether the process is gone, though a descendant may hold its output open.
  var hasEnded: Bool { cz_has_ended(process) != 0 }

  /// Closes its input, and waits for its output to end; then ends what is left, and reaps the process.
  consuming func end() {
    input = nil
    wait(Self.exitTimeout, forOutput: true)
    // Before the process is reaped: until then no other process can have its number.
    if !hasEnded {
      _ = kill(-process, SIGTERM)
      wait(Self.killTimeout, forOutput: false)
    }
    _ = kill(-process, SIGKILL)
    var status: Int32 = 0
    while unsafe waitpid(process, &status, 0) < 0, errno == EINTR {}
  }

  private borrowing func wait(_ milliseconds: Int32, forOutput: Bool) {
    let until = MonotonicClock.nanoseconds() + UInt64(milliseconds) * 1_000_000
    var bytes = [UInt8](repeating: 0, count: 64 << 10)
    var isOpen = forOutput
    while !hasEnded, MonotonicClock.nanoseconds() < until {
      var request = pollfd(fd: isOpen ? output.number : -1, events: Int16(POLLIN), revents: 0)
      _ = unsafe poll(&request, 1, 10)
      guard isOpen, request.revents != 0 else { continue }
      // Nobody reads what the server still writes, but that must not block the server.
      do throws(SystemError) {
        if try read(&bytes) == 0 { isOpen = false }
      } catch {
        isOpen = false
      }
    }
  }

  private borrowing func read(_ bytes: inout [UInt8]) throws(SystemError) -> Int? {
    var failure: SystemError?
    let count: Int? = unsafe bytes.withUnsafeMutableBytes { space in
      do throws(SystemError) {
        return try unsafe output.read(into: space)
      } catch {
        failure = error
        return nil
      }
    }
    if let failure { throw failure }
    return count
  }

  // MARK: Arguments of exec

  private static func spawn(_ command: ServerCommand, input: Int32, output: Int32) throws(SystemError) -> pid_t {
    let words: [UnsafeMutablePointer<CChar>?] = unsafe command.words.map { unsafe strdup($0) } + [nil]
    let variables: [UnsafeMutablePointer<CChar>?] = unsafe environment(of: command) + [nil]
    let directory = unsafe command.directory.flatMap { unsafe strdup($0) }
    defer { unsafe (words + variables + [directory]).forEach { unsafe free($0) } }
    var process: pid_t = 0
    let failed = unsafe words.withUnsafeBufferPointer { words in
      unsafe variables.withUnsafeBufferPointer { variables in
        var program = unsafe cz_program(
          argv: words.baseAddress, environment: variables.baseAddress, directory: directory, input: input,
          output: output, ignored_signals: 0, leads_group: 1, death_signal: SIGTERM)
        return unsafe cz_spawn(&program, &process)
      }
    }
    guard failed == 0 else { throw SystemError("exec", failed) }
    return process
  }

  /// Copies of this process's variables, byte for byte, since a value need not be UTF-8, and the command's variables.
  private static func environment(of command: ServerCommand) -> [UnsafeMutablePointer<CChar>?] {
    var variables = unsafe command.environment.map { unsafe strdup("\($0.key)=\($0.value)") }
    var next = unsafe cz_environment()
    while let entry = unsafe next?.pointee {
      let text = unsafe String(cString: entry)
      let name = String(decoding: text.utf8.prefix { $0 != UInt8(ascii: "=") }, as: UTF8.self)
      if command.environment[name] == nil, !command.withheld.contains(name) { unsafe variables.append(strdup(entry)) }
      unsafe next = next?.advanced(by: 1)
    }
    return unsafe variables
  }
}

private import CShims
internal import Platform

/// The server beneath this process, seen from the proxy: its pipes, and the guardian that holds it.
struct ServerProcess: ~Copyable {
  let channel: GuardianChannel
  /// The server's standard input; nil once it is taken.
  private var input: Descriptor?
  /// The server's standard output.
  let output: Descriptor
  private let guardian: Int32
  /// Whether a process that has come beneath this one can only be the server's.
  private let isAlone: Bool
  /// The server's process; 0 until it is started.
  private var process: Int32 = 0

  /// Forks the guardian. The server is not started yet: until ``start()`` nothing of it runs.
  ///
  /// Must be called before anything else is opened, so that the guardian holds nothing.
  ///
  /// - Parameters:
  ///   - command: the server's, as exec(3) takes it; must stay as it is.
  ///   - secrets: variables that the guardian forgets as soon as the server has them.
  static func prepare(
    command: UnsafePointer<UnsafeMutablePointer<CChar>?>, secrets: [String] = []
  ) throws(SystemError) -> ServerProcess {
    cz_unblock_signals()
    let ignoredSignals = cz_ignored_signals()
    // Whoever ignores it is not told how a child ended.
    cz_restore_signal(SIGCHLD)
    // If the guardian is killed, what it would have ended comes beneath us. A shell that became this process may have
    // started others before, which nobody here may end.
    let isAlone = waitpid(-1, nil, WNOHANG) < 0
    if isAlone { _ = cz_adopt_orphans(1) }
    var control: (Int32, Int32) = (-1, -1)
    var inputEnds: (Int32, Int32) = (-1, -1)
    var outputEnds: (Int32, Int32) = (-1, -1)
    var failed = unsafe cz_socket_pair(&control.0, &control.1)
    if failed == 0 { failed = unsafe cz_pipe(&inputEnds.0, &inputEnds.1) }
    if failed == 0 { failed = unsafe cz_pipe(&outputEnds.0, &outputEnds.1) }
    let ourChannel = Descriptor(control.0)
    let ourInput = Descriptor(inputEnds.1)
    let ourOutput = Descriptor(outputEnds.0)
    let theirChannel = Descriptor(control.1)
    let theirInput = Descriptor(inputEnds.0)
    let theirOutput = Descriptor(outputEnds.1)
    guard failed == 0 else { throw SystemError("pipe", failed) }
    for pipe in [inputEnds.1, outputEnds.0] { cz_grow_pipe(pipe, 1 << 20) }

    // A signal to the process group must find the guardian ignoring it.
    cz_block_signals()
    let guardian = cz_fork()
    let error = errno
    if guardian != 0 { cz_unblock_signals() }
    if guardian < 0 { throw SystemError("fork", error) }
    if guardian == 0 {
      _ = consume ourChannel
      _ = consume ourInput
      _ = consume ourOutput
      unsafe Guardian.run(
        GuardianChannel(descriptor: theirChannel), command: command, secrets: secrets, input: theirInput,
        output: theirOutput,
        ignoredSignals: ignoredSignals)
    }
    return ServerProcess(
      channel: GuardianChannel(descriptor: ourChannel), input: ourInput, output: ourOutput, guardian: guardian,
      isAlone: isAlone)
  }

  private init(
    channel: consuming GuardianChannel, input: consuming Descriptor, output: consuming Descriptor, guardian: Int32,
    isAlone: Bool
  ) {
    self.channel = channel
    self.input = consume input
    self.output = output
    self.guardian = guardian
    self.isAlone = isAlone
  }

  /// Has the guardian start the server; ``waitForStart()`` tells how that went.
  func start() { channel.send(.start) }

  /// Waits until the server runs; throws the error number of exec if it can't be started.
  mutating func waitForStart() throws(SystemError) {
    switch channel.receive() {
    case .started(let process): self.process = process
    case .failed(let number): throw SystemError("exec", number)
    default: throw SystemError("guardian", ECHILD)
    }
  }

  /// What leads to the server's standard input, for whoever asks first.
  mutating func takeInput() -> Sink {
    switch input.take() {
    case .some(let input): Sink(own: input)
    case .none: Sink(shared: -1)
    }
  }

  func signal(_ number: Int32) { channel.send(.signal(number)) }

  /// Releases the guardian, and waits until it has ended whatever the server left behind.
  func end() {
    channel.hangUp()
    // Somebody may have stopped the guardian.
    kill(guardian, SIGCONT)
    let until = MonotonicClock.nanoseconds() + Self.endTimeout
    var status: Int32 = 0
    while true {
      let ended = unsafe waitpid(guardian, &status, WNOHANG)
      if ended == guardian || (ended < 0 && errno != EINTR) { break }
      guard MonotonicClock.nanoseconds() < until else { return endWithoutGuardian() }
      _ = usleep(500)
    }
    // A guardian that was killed could not end the server.
    if status & 0x7f != 0 { endServer() }
  }

  /// How long a guardian may take to end what the server left, in nanoseconds.
  private static let endTimeout: UInt64 = 6_000_000_000

  private func endWithoutGuardian() {
    kill(guardian, SIGKILL)
    var status: Int32 = 0
    while unsafe waitpid(guardian, &status, 0) < 0, errno == EINTR {}
    endServer()
  }

  private func endServer() {
    if process > 0 { kill(process, SIGKILL) }
    if isAlone { Guardian.endDescendants(of: process) }
  }
}

import Foundation

/// A process that a test talks to line by line. Every wait has a bound; what is left at the end is killed.
final class RunningProcess {
  struct TimedOut: Error, CustomStringConvertible {
    let description: String
  }

  /// The bound for every wait, far beyond what anything here takes.
  static let patience: TimeInterval = 60

  let id: Int32
  private var input: Int32
  private var status: Int32?
  let output = Collector()
  let errors = Collector()

  /// Pipes are made and children started one at a time, so that no child holds another one's pipe open.
  private static let spawning = NSLock()

  init(_ command: [String], environment: [String: String] = [:], directory: String? = nil) throws {
    _ = signal(SIGPIPE, SIG_IGN)
    Self.spawning.lock()
    defer { Self.spawning.unlock() }
    let (inputPipe, outputPipe, errorPipe) = (Self.pipe(), Self.pipe(), Self.pipe())
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    for (number, end) in [(Int32(0), inputPipe.read), (1, outputPipe.write), (2, errorPipe.write)] {
      unsafe posix_spawn_file_actions_adddup2(&actions, end, number)
    }
    // The working directory is changed by a shell: posix_spawn has no portable way.
    let words = directory.map { ["/bin/sh", "-c", "cd \"$0\" && exec \"$@\"", $0] + command } ?? command
    let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }.map { "\($0)=\($1)" }
    let program = words.first ?? ""
    var process: pid_t = 0
    let failed = unsafe Self.withCStrings(words) { words in
      unsafe Self.withCStrings(variables) { variables in
        unsafe posix_spawnp(&process, program, &actions, nil, words, variables)
      }
    }
    unsafe posix_spawn_file_actions_destroy(&actions)
    for end in [inputPipe.read, outputPipe.write, errorPipe.write] { close(end) }
    guard failed == 0 else { throw POSIXError(POSIXErrorCode(rawValue: failed) ?? .EIO) }
    id = process
    input = inputPipe.write
    output.read(FileHandle(fileDescriptor: outputPipe.read, closeOnDealloc: true))
    errors.read(FileHandle(fileDescriptor: errorPipe.read, closeOnDealloc: true))
  }

  deinit {
    closeInput()
    if poll() == nil {
      kill(id, SIGKILL)
      var status: Int32 = 0
      unsafe waitpid(id, &status, 0)
    }
  }

  private static func pipe() -> (read: Int32, write: Int32) {
    var ends: [Int32] = [-1, -1]
    unsafe Foundation.pipe(&ends)
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
  }

  private static func withCStrings<Result>(
    _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
  ) -> Result {
    let copies = unsafe strings.map { unsafe strdup($0) }
    defer { unsafe copies.forEach { unsafe free($0) } }
    return unsafe body(copies + [nil])
  }

  /// The status that waitpid(2) gave, once it has.
  private func poll() -> Int32? {
    if status == nil {
      var value: Int32 = 0
      if unsafe waitpid(id, &value, WNOHANG) == id { status = value }
    }
    return status
  }

  func send(_ line: String) { send(Data((line + "\n").utf8)) }

  func send(_ bytes: Data) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { unsafe write(input, $0.baseAddress, $0.count) }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }

  /// Sends bytes that the process may never read.
  func sendInBackground(_ bytes: Data) {
    let copy = dup(input)
    _ = fcntl(copy, F_SETFD, FD_CLOEXEC)
    Thread.detachNewThread {
      try? FileHandle(fileDescriptor: copy, closeOnDealloc: true).write(contentsOf: bytes)
    }
  }

  func closeInput() {
    if input >= 0 { close(input) }
    input = -1
  }

  func send(signal number: Int32) { kill(id, number) }

  /// The next line of standard output.
  func line() throws -> String {
    guard let line = output.nextLine(until: Date() + Self.patience) else {
      throw TimedOut(description: "no further line; standard error: \(errors.text.suffix(2000))")
    }
    return line
  }

  /// Waits until standard error holds a text.
  func report(containing text: String) throws {
    guard errors.wait(until: Date() + Self.patience, for: { $0.contains(text) }) else {
      throw TimedOut(description: "`\(text)` is not in standard error: \(errors.text.suffix(2000))")
    }
  }

  /// The exit status; 128 and the signal where one ended the process.
  @discardableResult
  func wait() throws -> Int32 {
    let until = Date() + Self.patience
    while poll() == nil {
      guard Date() < until else {
        kill(id, SIGKILL)
        throw TimedOut(description: "it does not end; standard error: \(errors.text.suffix(2000))")
      }
      usleep(2000)
    }
    _ = output.waitForEnd(until: until)
    _ = errors.waitForEnd(until: until)
    let status = status ?? 0
    return status & 0x7f == 0 ? status >> 8 & 0xff : 128 + status & 0x7f
  }
}

/// What a pipe gave so far, read by a thread of its own.
final class Collector: @unchecked Sendable {
  // INVARIANT: every property is only touched with the condition locked.
  private let condition = NSCondition()
  private var bytes = Data()
  private var given = 0
  private var searched = 0
  private var hasEnded = false

  func read(_ handle: FileHandle) {
    Thread.detachNewThread { [self] in
      while case let chunk = handle.availableData, !chunk.isEmpty {
        condition.lock()
        bytes += chunk
        condition.broadcast()
        condition.unlock()
      }
      condition.lock()
      hasEnded = true
      condition.broadcast()
      condition.unlock()
    }
  }

  var data: Data {
    condition.lock()
    defer { condition.unlock() }
    return bytes
  }

  var text: String { String(decoding: data, as: UTF8.self) }

  func nextLine(until: Date) -> String? {
    condition.lock()
    defer { condition.unlock() }
    while true {
      if let end = bytes.range(of: Data([0x0a]), in: searched..<bytes.count)?.lowerBound {
        defer {
          given = end + 1
          searched = given
        }
        return String(decoding: bytes[given..<end], as: UTF8.self)
      }
      searched = bytes.count
      if hasEnded {
        defer { given = bytes.count }
        return given < bytes.count ? String(decoding: bytes[given...], as: UTF8.self) : nil
      }
      guard condition.wait(until: until) else { return nil }
    }
  }

  func wait(until: Date, for isDone: (String) -> Bool) -> Bool {
    condition.lock()
    defer { condition.unlock() }
    while !isDone(String(decoding: bytes, as: UTF8.self)) {
      guard !hasEnded, condition.wait(until: until) else { return false }
    }
    return true
  }

  func waitForEnd(until: Date) -> Bool {
    condition.lock()
    defer { condition.unlock() }
    while !hasEnded {
      guard condition.wait(until: until) else { return false }
    }
    return true
  }
}

extension RunningProcess {
  /// Processes whose command line holds the text, without this one and zombies.
  private static func survivors(_ marker: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.filter { name in
      guard Int(name) != nil, let line = FileManager.default.contents(atPath: "/proc/\(name)/cmdline") else {
        return false
      }
      return String(decoding: line, as: UTF8.self).contains(marker)
    }
  }

  /// Waits, with a bound, until no such process is left.
  static func areGone(_ marker: String) -> Bool {
    let until = Date() + RunningProcess.patience
    while Date() < until {
      if survivors(marker).isEmpty { return true }
      usleep(10_000)
    }
    return false
  }
}

private import CShims
internal import Platform

/// The executable beside this one, which does everything but relaying.
public enum ControlTool {
  private static let name = "czproxy-ctl"

  /// The tool's path; nil if it can't be determined.
  static func path() -> String? { path(beside: name) }

  /// The path of the relay, which is beside the tool; nil if it can't be determined.
  public static func relayPath() -> String? { path(beside: "czproxy") }

  private static func path(beside name: String) -> String? {
    var bytes = [CChar](repeating: 0, count: 4096)
    let count = unsafe cz_executable_path(&bytes, bytes.count - 1)
    guard count > 0 else { return nil }
    let own = String(decoding: bytes.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return (own.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(own[...$0]) } ?? "./") + name
  }

  /// Becomes the tool; returns an exit status only if that fails.
  public static func run(_ words: [String]) -> Int32 {
    guard let path = path() else {
      StandardError.report("can't tell where this executable is")
      return 70
    }
    var arguments = unsafe cStrings([path] + words)
    _ = unsafe execv(path, &arguments)
    let error = SystemError("exec", errno)
    StandardError.report("can't start `\(path)`: \(error.reason); it belongs beside czproxy")
    return 70
  }

  /// Starts the tool as a separate process, which outlives this one.
  static func start(_ words: [String]) throws(SystemError) {
    guard let path = path() else { throw SystemError("exec", ENOENT) }
    guard unsafe access(path, X_OK) == 0 else { throw SystemError("exec", errno) }
    var arguments = unsafe cStrings([path] + words)
    defer { unsafe arguments.forEach { unsafe free($0) } }
    let failed = unsafe cz_spawn_detached(&arguments)
    guard failed == 0 else { throw SystemError("fork", failed) }
  }

  /// Runs the tool and waits for it; its standard error is that of this process.
  ///
  /// - Parameter limit: the maximum bytes of output; more is an error, EFBIG.
  static func output(of words: [String], limit: Int) throws(SystemError) -> (bytes: [UInt8], status: Int32) {
    guard let path = path() else { throw SystemError("exec", ENOENT) }
    var ends: (Int32, Int32) = (-1, -1)
    let failed = unsafe cz_pipe(&ends.0, &ends.1)
    guard failed == 0 else { throw SystemError("pipe", failed) }
    let reader = Descriptor(ends.0)
    let writer = Descriptor(ends.1)
    let input = Descriptor(unsafe open("/dev/null", O_RDONLY | O_CLOEXEC))
    let arguments = unsafe cStrings([path] + words)
    defer { unsafe arguments.forEach { unsafe free($0) } }
    var process: pid_t = 0
    let error = unsafe arguments.withUnsafeBufferPointer { arguments in
      var program = unsafe cz_program(
        argv: arguments.baseAddress, environment: nil, directory: nil, input: input.number, output: writer.number,
        ignored_signals: cz_ignored_signals(), leads_group: 0, death_signal: SIGKILL)
      return unsafe cz_spawn(&program, &process)
    }
    _ = consume writer
    guard error == 0 else { throw SystemError("exec", error) }
    var bytes: [UInt8] = []
    // Reserved in full, so that growing leaves no copies of what may be a secret.
    bytes.reserveCapacity(limit + 4096)
    var part = [UInt8](repeating: 0, count: 4096)
    defer { unsafe part.withUnsafeMutableBytes { unsafe cz_wipe($0.baseAddress, $0.count) } }
    while let count = try? unsafe part.withUnsafeMutableBytes({ try unsafe reader.read(into: $0) }), count > 0 {
      bytes += part.prefix(count)
      guard bytes.count <= limit else { break }
    }
    // A tool that still writes is told that nobody reads, and ends.
    _ = consume reader
    var status: Int32 = 0
    while unsafe waitpid(process, &status, 0) < 0, errno == EINTR {}
    guard bytes.count <= limit else {
      unsafe bytes.withUnsafeMutableBytes { unsafe cz_wipe($0.baseAddress, $0.count) }
      throw SystemError("read from `\(path)`", EFBIG)
    }
    return (bytes, ServerExit(waitStatus: status).status)
  }

  private static func cStrings(_ words: [String]) -> [UnsafeMutablePointer<CChar>?] {
    unsafe words.map { unsafe strdup($0) } + [nil]
  }
}

/// The end of the process.
public enum Exit {
  public static func now(_ status: Int32) -> Never { exit(status) }
}

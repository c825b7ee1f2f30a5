/// How the server process ended.
public enum ServerExit: Sendable, Equatable {
  case exited(Int32)
  case signalled(Int32)

  /// What a shell would report: the exit status, or 128 plus the signal's number.
  public var status: Int32 {
    switch self {
    case .exited(let status): status
    case .signalled(let signal): 128 + signal
    }
  }

  /// From the status that waitpid(2) gives, on Linux and macOS alike.
  init(waitStatus: Int32) {
    let signal = waitStatus & 0x7f
    self = signal == 0 ? .exited(waitStatus >> 8 & 0xff) : .signalled(signal)
  }
}

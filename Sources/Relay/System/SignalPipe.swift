private import CShims
internal import Platform

/// Signals as bytes in a pipe, so that one poll(2) sees them with everything else.
struct SignalPipe: ~Copyable {
  let reader: Descriptor
  private let writer: Descriptor

  /// Starts to forward the signals; one that was ignored when this process started stays ignored.
  init<let count: Int>(forwarding signals: [count of Int32]) throws(SystemError) {
    var ends: (Int32, Int32) = (-1, -1)
    let failed = unsafe cz_pipe(&ends.0, &ends.1)
    guard failed == 0 else { throw SystemError("pipe", failed) }
    reader = Descriptor(ends.0)
    writer = Descriptor(ends.1)
    _ = cz_set_nonblocking(ends.0)
    _ = cz_set_nonblocking(ends.1)
    for index in signals.indices { _ = cz_forward_signal(signals[index], ends.1) }
  }

  /// The signals that arrived since the last call.
  func take() -> [Int32] {
    var bytes = [UInt8](repeating: 0, count: 64)
    var signals: [Int32] = []
    while let count = try? unsafe bytes.withUnsafeMutableBytes({ try unsafe reader.read(into: $0) }), count > 0 {
      signals += bytes.prefix(count).map { Int32($0) }
    }
    return signals
  }
}

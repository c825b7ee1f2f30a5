private import CShims
internal import Platform

/// Standard error, for the person who runs this process.
public enum StandardError {
  /// Writes one line, `czproxy: TEXT`, as a whole and without waiting.
  ///
  /// A host that does not read this process's standard error must not stop the relay: what it has no room for is
  /// dropped. What concerns a message is on record as well.
  public static func report(_ text: String) {
    let line = Array("czproxy: \(text)".utf8.prefix(Sink.atOnce - 1)) + [UInt8(ascii: "\n")]
    guard Sink.hasRoom(2) else { return }
    // A terminal may have room for a part of a line only.
    let terminal = Descriptor(isatty(2) == 1 ? cz_reopen_nonblocking(2) : -1)
    let number = terminal.number >= 0 ? terminal.number : 2
    _ = unsafe line.withUnsafeBytes { unsafe write(number, $0.baseAddress, $0.count) }
  }
}

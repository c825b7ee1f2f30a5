#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// The environment, as far as it configures us.
public enum Environment {
  public static func value(_ name: String) -> String? {
    unsafe getenv(name).map { unsafe String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// `--state-dir`, else `$CONTROLZERO_HOME`, else `~/.controlzero`; nil where there is no home directory.
  public static func stateDirectory(option: String?) -> String? {
    option ?? value("CONTROLZERO_HOME") ?? value("HOME").map { $0 + "/.controlzero" }
  }
}

/// Standard error, for the person who runs us.
public enum StandardError {
  /// Writes one line, `czproxy: TEXT`, as a whole and without waiting.
  ///
  /// A host that does not read our standard error must not stop the relay: what it has no room for is left out.
  /// It is on record all the same.
  public static func report(_ text: String) {
    let line = Array("czproxy: \(text)".utf8.prefix(Sink.atOnce - 1)) + [UInt8(ascii: "\n")]
    guard Sink.hasRoom(2) else { return }
    _ = unsafe line.withUnsafeBytes { unsafe write(2, $0.baseAddress, $0.count) }
  }
}

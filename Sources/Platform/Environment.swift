/// The environment variables that configure this program.
public enum Environment {
  public static func value(_ name: String) -> String? {
    unsafe getenv(name).map { unsafe String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// `--state-dir`, else `$CONTROLZERO_HOME`, else `~/.controlzero`; nil if there is no home directory, or none that can
  /// be named.
  public static func stateDirectory(option: String?) -> String? {
    let path = option ?? value("CONTROLZERO_HOME") ?? value("HOME").map { $0 + "/.controlzero" }
    // Text that is not UTF-8 arrives repaired: it would name another directory.
    return path.flatMap { $0.isEmpty || $0.unicodeScalars.contains("\u{fffd}") ? nil : $0 }
  }
}

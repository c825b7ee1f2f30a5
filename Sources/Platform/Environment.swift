/// The environment variables that configure this program.
public enum Environment {
  public static func value(_ name: String) -> String? {
    unsafe getenv(name).map { unsafe String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// `--state-dir`, else `$CONTROLZERO_HOME`, else `~/.controlzero`; nil if there is no home directory.
  public static func stateDirectory(option: String?) -> String? {
    option ?? value("CONTROLZERO_HOME") ?? value("HOME").map { $0 + "/.controlzero" }
  }
}

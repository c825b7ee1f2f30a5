import Foundation
import System

/// Who is logged in, as the service's records name it (Control Zero 1.13.16).
enum SyncUser {
  static func name() -> String {
    let login = NSUserName()
    if !login.isEmpty { return login }
    return ["CONTROLZERO_USER", "USER", "LOGNAME", "USERNAME"].lazy.compactMap { Environment.value($0) }.first
      ?? "unknown"
  }
}

internal import ControlPlane
internal import Relay
internal import System

/// What records say of their sender.
enum Machine {
  static let sender = Sender(hostname: hostname, user: user, version: Version.number)

  private static var hostname: String {
    var name = [CChar](repeating: 0, count: 256)
    guard unsafe gethostname(&name, name.count - 1) == 0 else { return "unknown" }
    return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// The name that the person is logged in by (Control Zero 1.13.16).
  private static var user: String {
    var entry = unsafe passwd()
    var found: UnsafeMutablePointer<passwd>?
    var space = [CChar](repeating: 0, count: 4096)
    if unsafe getpwuid_r(getuid(), &entry, &space, space.count, &found) == 0, let found = unsafe found,
      let name = unsafe found.pointee.pw_name
    {
      return unsafe String(cString: name)
    }
    return ["CONTROLZERO_USER", "USER", "LOGNAME", "USERNAME"].lazy.compactMap { Environment.value($0) }.first
      ?? "unknown"
  }
}

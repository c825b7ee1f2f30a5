internal import Platform

/// What every entry says about its sender.
public struct Sender: Sendable, Equatable {
  public var hostname: String
  /// The login name of the person.
  public var user: String
  public var email: String
  /// The version of this program.
  public var version: String

  public init(hostname: String, user: String, email: String = "", version: String) {
    self.hostname = hostname
    self.user = user
    self.email = email
    self.version = version
  }
}

extension Sender {
  /// This machine, and the person who is logged in (Control Zero 1.13.16).
  public static func ofThisMachine(version: String) -> Sender {
    Sender(hostname: thisHostname, user: thisUser, version: version)
  }

  private static var thisHostname: String {
    var name = [CChar](repeating: 0, count: 256)
    guard unsafe gethostname(&name, name.count - 1) == 0 else { return "unknown" }
    return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private static var thisUser: String {
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

private import CShims
internal import System

/// The executable that stands beside this one and does all that is not relaying.
public enum ControlTool {
  private static let name = "czproxy-ctl"

  /// Becomes the tool; returns an exit status only when that fails.
  public static func run(_ words: [String]) -> Int32 {
    var bytes = [CChar](repeating: 0, count: 4096)
    let count = unsafe cz_executable_path(&bytes, bytes.count - 1)
    guard count > 0 else {
      StandardError.report("can't tell where this executable is")
      return 70
    }
    let own = String(decoding: bytes.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let directory = own.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(own[...$0]) } ?? "./"
    let path = directory + name
    var arguments: [UnsafeMutablePointer<CChar>?] = unsafe ([path] + words).map { unsafe strdup($0) }
    unsafe arguments.append(nil)
    _ = unsafe execv(path, arguments)
    let error = SystemError("exec", errno)
    StandardError.report("can't start `\(path)`: \(error.reason); it belongs beside czproxy")
    return 70
  }
}

/// The end of the process.
public enum Exit {
  public static func now(_ status: Int32) -> Never { exit(status) }
}

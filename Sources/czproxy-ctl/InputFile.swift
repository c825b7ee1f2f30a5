import ArgumentParser
import Foundation
import Platform

/// A command's input: a named file, a pipe, or standard input.
enum InputFile {
  /// The maximum size of input, in bytes.
  static let maxBytes = 64 << 20

  /// - Parameters:
  ///   - path: the file's path; nil for standard input.
  ///   - status: the exit status if the input can't be read.
  static func read(_ path: String?, orExit status: Int32 = 1) throws -> [UInt8] {
    let name = path.map { "`\($0)`" } ?? "standard input"
    if path == nil, isatty(0) == 1 { Terminal.complain("reading from this terminal, until Ctrl-D: --help tells more") }
    let data: Data
    do {
      let handle = try path.map { try FileHandle(forReadingFrom: URL(fileURLWithPath: $0)) } ?? .standardInput
      data = try handle.read(upToCount: maxBytes + 1) ?? Data()
    } catch {
      Terminal.complain("can't read \(name): \(reason(of: error))")
      throw ExitCode(status)
    }
    guard data.count <= maxBytes else {
      Terminal.complain("\(name) is larger than \(maxBytes) bytes: split it")
      throw ExitCode(status)
    }
    return [UInt8](data)
  }

  /// The description of the system error that Foundation wraps.
  private static func reason(of error: any Error) -> String {
    let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError ?? error as NSError
    guard underlying.domain == NSPOSIXErrorDomain else { return error.localizedDescription }
    return SystemError("read", Int32(truncatingIfNeeded: underlying.code)).reason
  }
}

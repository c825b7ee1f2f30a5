import ArgumentParser
import Foundation
import Policy
import Wire

/// Files as the policy commands read and write them.
enum PolicyFile {
  static func bytes(of path: String) throws -> [UInt8] {
    do {
      return [UInt8](try Data(contentsOf: URL(filePath: path)))
    } catch {
      throw PolicyError(fileName: path, diagnostics: [.init(code: .load, message: "can't be read: \(describe(error))")])
    }
  }

  /// Loads a local policy, or a bundle's payload.
  static func load(_ path: String, isPayload: Bool = false) throws -> Policy {
    let bytes = try bytes(of: path)
    if isPayload { return try Policy.load(hosted: bytes, fileName: path) }
    guard let format = PolicyFormat(fileName: path) else {
      throw PolicyError(
        fileName: path, diagnostics: [.init(code: .load, message: "the name must end in .yaml, .yml or .json")])
    }
    return try Policy.load(local: bytes, format: format, fileName: path)
  }

  private static func describe(_ error: any Error) -> String {
    let text = (error as NSError).userInfo[NSUnderlyingErrorKey].map {
      "\(($0 as? NSError)?.localizedDescription ?? "")"
    }
    return text.flatMap { $0.isEmpty ? nil : $0 } ?? error.localizedDescription
  }

  static func printError(_ text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
  }

  static func print(_ writer: JSONWriter) {
    FileHandle.standardOutput.write(Data(writer.bytes + [0x0a]))
  }
}

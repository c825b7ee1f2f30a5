import Audit
import Platform
import Wire

/// `quarantine.json` in the state directory: while it is there, every call of this user is denied (Control Zero
/// 1.13.16, "Tamper handling"). The quarantine is lifted by whoever set it, or by deleting the file.
struct QuarantineFile: Sendable {
  private static let maxBytes = 64 << 10

  let path: String

  init(stateDirectory: String) {
    path = stateDirectory + "/quarantine.json"
  }

  /// Why the machine is in quarantine; nil if it is not. A file that can't be read counts: it may say anything.
  func reason() -> String? {
    let bytes: [UInt8]
    do throws(FileReader.Failure) {
      bytes = try FileReader.read(path, limit: Self.maxBytes)
    } catch .missing {
      return nil
    } catch {
      return "`\(path)` can't be read, which counts as a quarantine: \(error.description)"
    }
    return Self.reason(in: bytes).map { "the machine is in quarantine, see `\(path)`: \($0)" }
  }

  static func reason(in bytes: [UInt8]) -> String? {
    guard let document = try? JSONDocument(parsing: bytes[...], options: .document),
      let flag = document.member("quarantined", of: document.root)
    else { return "it is not what such a file holds" }
    switch document.kind(of: flag) {
    case .false, .null: return nil
    default:
      let text = document.member("reason", of: document.root).map { DisplayText.escaped(document.text($0)) } ?? ""
      return text.isEmpty ? "no reason is given" : text
    }
  }

  func write(_ reason: String, at microseconds: Int64) throws(SystemError) {
    var writer = JSONWriter()
    writer.beginObject()
    writer.boolean("quarantined", true)
    writer.string("reason", reason)
    writer.string("detected_at", UTCTime(microseconds: microseconds).iso8601)
    writer.string("source", "policy_hmac")
    writer.endObject()
    try AtomicFile.write(writer.bytes, to: path)
  }
}

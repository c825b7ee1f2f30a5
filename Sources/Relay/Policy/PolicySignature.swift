import Digest
import Platform

/// The signature that Control Zero's `sign-policy` puts beside a local policy (1.13.16, "Local policy signature"):
/// `FILE.sig`, the Base64 of an HMAC-SHA256 keyed with `tamper.key` in the same directory.
///
/// The key lies beside the file, so the signature reveals accidents, but not an attacker who may write both.
enum PolicySignature {
  private static let minKeyBytes = 32
  private static let maxBytes = 4096

  static func paths(of policy: String) -> [String] {
    let directory = policy.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(policy[...$0]) } ?? ""
    return [policy + ".sig", directory + "tamper.key"]
  }

  /// Whether both files are there and the policy does not match them. If either is absent, nothing is claimed.
  static func isBroken(of policy: [UInt8], at path: String) -> Bool {
    var files: [[UInt8]?] = []
    for path in paths(of: path) {
      do throws(FileReader.Failure) {
        files.append(try FileReader.read(path, limit: maxBytes))
      } catch .missing {
        return false
      } catch {
        files.append(nil)
      }
    }
    guard let signature = files[0], let key = files[1], key.count >= minKeyBytes else { return true }
    return !HMACSHA256.isValid(base64: signature, of: policy, key: key)
  }
}

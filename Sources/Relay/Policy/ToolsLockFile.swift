import Digest
import Platform

/// A tools lock, as it was when it was read.
public struct ToolsLockFile: Sendable {
  /// Why it can't be used, with its path.
  public struct Failure: Error, Sendable, CustomStringConvertible {
    public let description: String
  }

  public let lock: ToolsLock
  /// `sha256:` and 64 hexadecimal digits.
  let hash: String

  public init(_ path: String) throws(Failure) {
    let bytes: [UInt8]
    do throws(FileReader.Failure) {
      bytes = try FileReader.read(path, limit: ToolsLock.maxBytes)
    } catch .missing {
      throw Failure(description: "\(path): there is no such file: `czproxy tools lock -- COMMAND` makes one")
    } catch {
      throw Failure(description: "\(path): \(error)")
    }
    do throws(ToolsLock.Unusable) {
      lock = try ToolsLock(parsing: bytes)
    } catch {
      throw Failure(description: "\(path):\(error)")
    }
    hash = "sha256:" + SHA256.hexadecimal(of: bytes)
  }
}

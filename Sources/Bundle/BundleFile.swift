import Digest
import Platform

/// Reads bundles and keys files from disk. Apart from ``AcceptedBundlesFile``, everything else in this module takes
/// bytes.
public enum BundleFile {
  /// The bytes of a bundle file, up to the size that a bundle may have.
  public static func read(_ path: String) throws(BundleError) -> [UInt8] {
    try read(path, limit: UnverifiedBundle.maxBytes, tooLarge: .fileTooLarge, unreadable: .unreadable)
  }

  /// A proxy's keys.
  public static func keys(_ path: String) throws(BundleError) -> BundleKeys {
    var bytes = try read(path, limit: BundleKeys.maxBytes, tooLarge: .keyFile, unreadable: .unreadableKeys)
    // From here on, the keys are in guarded memory only, as far as that is under our control.
    defer { SecretBytes.wipe(&bytes) }
    do throws(BundleError) {
      return try BundleKeys(parsing: bytes)
    } catch {
      throw error.located(path)
    }
  }

  /// An author's keys.
  public static func author(_ path: String) throws(BundleError) -> AuthorKeys {
    var bytes = try read(path, limit: BundleKeys.maxBytes, tooLarge: .authorFile, unreadable: .unreadableKeys)
    defer { SecretBytes.wipe(&bytes) }
    do throws(BundleError) {
      return try AuthorKeys(parsing: bytes)
    } catch {
      // A fault in the keys is a fault of the author's file.
      let code = error.code == .keyFile ? .authorFile : error.code
      throw BundleError(code, error.reason, at: error.offset).located(path)
    }
  }

  private static func read(
    _ path: String, limit: Int, tooLarge: BundleError.Code, unreadable: BundleError.Code
  ) throws(BundleError) -> [UInt8] {
    do throws(FileReader.Failure) {
      return try FileReader.read(path, limit: limit)
    } catch .tooLarge {
      throw BundleError(tooLarge, "\(path): the file has more than \(limit) bytes")
    } catch {
      throw BundleError(unreadable, "\(path): \(error)")
    }
  }
}

extension BundleError {
  /// The same error, with the file that it is about.
  func located(_ path: String) -> BundleError { BundleError(code, "\(path): \(reason)", at: offset) }
}

import ArgumentParser
import Bundle

/// Runs `body`, which may throw a `BundleError`; reports the error and exits with 1.
///
/// - Parameter file: the file at fault, if the error does not name it.
func reportingBundleErrors<Result: ~Copyable>(
  in file: String? = nil, _ body: () throws(BundleError) -> Result
) throws -> Result {
  do throws(BundleError) {
    return try body()
  } catch {
    Terminal.complain("\(error.kind.rawValue): \(file.map { "\($0): " } ?? "")\(error)")
    throw ExitCode(1)
  }
}

extension UnverifiedBundle {
  /// Verifies and decrypts the bundle, which was read from `file`; reports what is wrong with it or with the keys file.
  func opened(readFrom file: String, keys keyFile: String) throws -> OpenedBundle {
    let keys = try reportingBundleErrors { () throws(BundleError) in try BundleFile.keys(keyFile) }
    return try reportingBundleErrors(in: file) { () throws(BundleError) in
      try verified(by: keys.signers).open(with: keys.encryptionKey)
    }
  }
}

import Platform

/// The file of the memory of accepted bundles: `bundles/accepted.json` in the state directory, for its owner only.
public struct AcceptedBundlesFile: Sendable {
  public let path: String
  private let stateDirectory: String

  public init(stateDirectory: String) {
    self.stateDirectory = stateDirectory
    path = stateDirectory + "/bundles/accepted.json"
  }

  /// How long to wait for processes that write this small file. One that is stopped must not stop a relay too.
  private static let lockTimeout = Duration.seconds(5)

  private var directory: String { stateDirectory + "/bundles" }

  /// Reads the memory; empty if there is no file yet.
  ///
  /// - Throws: ``BundleError/Code/memory`` for a file that can't be read or makes no sense.
  public func read() throws(BundleError) -> AcceptedBundles {
    let bytes: [UInt8]
    do throws(FileReader.Failure) {
      bytes = try FileReader.read(path, limit: AcceptedBundles.maxBytes)
    } catch .missing {
      return AcceptedBundles()
    } catch {
      throw AcceptedBundles.unreadable(error.description).located(path)
    }
    do throws(BundleError) {
      return try AcceptedBundles(parsing: bytes)
    } catch {
      throw error.located(path)
    }
  }

  /// Remembers a bundle, under a lock, so that what other processes remember at the same time is kept.
  ///
  /// Writes nothing if the bundle is remembered already.
  ///
  /// - Throws: ``BundleError/Code/memory``. A bundle that can't be remembered must not be enforced: if it were
  ///   forgotten, an older bundle could take its place.
  public func remember(_ bundle: AcceptedBundle) throws(BundleError) {
    let known = try read()
    guard try known.remembering(bundle) != known else { return }
    let lock = try writing { () throws(SystemError) in
      try Directory.make(stateDirectory)
      try Directory.make(directory)
      return try FileLock(directory + "/accepted.lock", limit: Self.lockTimeout)
    }
    let bytes = try read().remembering(bundle).json()
    try writing { () throws(SystemError) in try AtomicFile.write(bytes, to: path) }
    _ = consume lock
  }

  private func writing<Result: ~Copyable>(_ body: () throws(SystemError) -> Result) throws(BundleError) -> Result {
    do throws(SystemError) {
      return try body()
    } catch {
      throw BundleError(.memory, "\(path): the memory of accepted bundles can't be written: \(error)")
    }
  }
}

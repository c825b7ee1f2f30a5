import Bundle
import Policy

/// A signed bundle on disk: read, checked, remembered and made a policy of, all of it anew at every load.
struct BundleSource: Sendable {
  private let path: String
  private let keys: String
  private let checks: AcceptanceChecks
  private let memory: AcceptedBundlesFile

  init(_ path: String, keys: String, _ checks: AcceptanceChecks, stateDirectory: String) {
    self.path = path
    self.keys = keys
    self.checks = checks
    memory = AcceptedBundlesFile(stateDirectory: stateDirectory)
  }

  /// - Parameters:
  ///   - now: seconds since 1970.
  ///   - trustsEmpty: whether a bundle without policies may stand for a project without policies, which depends on
  ///     when it was made.
  func load(
    at now: Int64, trustsEmpty: (BundleHeader) -> Bool = { _ in true }
  ) throws(PolicySourceError) -> PolicySource.Loaded {
    let bytes: [UInt8]
    let accepted: AcceptedBundle
    let projectID: String
    do throws(BundleError) {
      let keys = try BundleFile.keys(keys)
      projectID = keys.projectID
      bytes = try BundleFile.read(path)
      accepted = try keys.accept(bytes, at: now, after: try memory.read(), checks: checks)
    } catch {
      throw failure(error)
    }
    let policy: Policy
    do throws(PolicyError) {
      policy = try Policy.load(
        hosted: accepted.payload, fileName: path, trustsEmpty: trustsEmpty(accepted.header), locale: PolicySource.locale
      )
    } catch {
      throw PolicySourceError(error.lines)
    }
    do throws(BundleError) {
      // Only now: a bundle that is no policy must not keep the one before it from coming back.
      if checks.contains(.rollback) { try memory.remember(accepted) }
    } catch {
      throw failure(error)
    }
    return PolicySource.Loaded(
      policy: policy, bytes: bytes, path: path, projectID: projectID, expiresAt: accepted.expiresAt)
  }

  private func failure(_ error: BundleError) -> PolicySourceError {
    let code =
      switch error.kind {
      case .verification, .tamper, .rollback, .project, .key: "E1203"
      case .expired: "E1302"
      case .format, .unavailable: "E1205"
      }
    return PolicySourceError(
      ["\(path): \(code): \(error.kind.rawValue): \(error)"],
      isTampering: error.kind == .verification || error.kind == .tamper)
  }
}

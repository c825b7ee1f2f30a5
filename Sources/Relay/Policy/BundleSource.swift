import Bundle
import Policy

/// A signed bundle: checked, remembered and made into a policy, all of it anew at every load.
struct BundleSource: Sendable {
  /// For messages and records.
  let path: String
  let checks: AcceptanceChecks
  let memory: AcceptedBundlesFile
  /// Whether older bundles are refused from then on.
  let remembers: Bool

  init(_ path: String, _ checks: AcceptanceChecks, stateDirectory: String, remembers: Bool) {
    self.path = path
    self.checks = checks
    self.remembers = remembers
    memory = AcceptedBundlesFile(stateDirectory: stateDirectory)
  }

  /// - Parameters:
  ///   - now: seconds since 1970.
  ///   - trustsEmpty: whether a bundle without policies may stand for a project without policies, which depends on
  ///     when it was made.
  func load(
    at now: Int64, keys: () throws(BundleError) -> BundleKeys, bundle: () throws(BundleError) -> [UInt8],
    trustsEmpty: (BundleHeader) -> Bool = { _ in true }
  ) throws(PolicySourceError) -> PolicySource.Loaded {
    let bytes: [UInt8]
    let accepted: AcceptedBundle
    do throws(BundleError) {
      let keys = try keys()
      bytes = try bundle()
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
      // Only now: a bundle that is not a policy must not keep the one before it from coming back.
      if remembers, checks.contains(.rollback) { try memory.remember(accepted) }
    } catch {
      throw failure(error)
    }
    return PolicySource.Loaded(
      policy: policy, bytes: bytes, path: path, projectID: accepted.projectID, expiresAt: accepted.expiresAt)
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

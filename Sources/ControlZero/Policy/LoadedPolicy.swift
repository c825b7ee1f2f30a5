internal import Bundle
internal import ControlPlane
internal import Policy
internal import Relay
internal import State

/// Loads a policy from a file, or from what the service sent, with the errors that the library documents.
enum LoadedPolicy {
  /// Loads a bundle or a plain policy, as the suffix of the file's name says.
  static func file(
    _ path: String, settings: Settings, scope: String, at now: Int64
  ) throws -> PolicySource.Loaded {
    guard PolicyFormat(fileName: path) == nil else {
      do throws(PolicyError) {
        return try PolicySource.loadSigned(path)
      } catch {
        throw unusable(error)
      }
    }
    do throws(BundleError) {
      let blob = try BundleFile.read(path)
      return try accept(
        blob, try keys(settings, scope: scope), path: path, stateDirectory: settings.stateDirectory, at: now,
        confirmedAt: nil, trustsEmpty: true)
    } catch {
      throw failure(error)
    }
  }

  /// Loads the bundle that the service sent or confirmed, or that is cached.
  ///
  /// - Parameter isCurrent: whether the service has just vouched for the bundle.
  static func cached(
    _ cache: PolicyCache, isCurrent: Bool, settings: Settings, at now: Int64
  ) throws -> PolicySource.Loaded {
    guard let blob = cache.bundle, let keys = cache.keys else {
      throw PolicyUnavailableError(
        reason: .unusable, code: "E1205", description: "there is no bundle in \(cache.layout.directory)")
    }
    do throws(BundleError) {
      return try accept(
        blob, try keys.json.withArray { json throws(BundleError) in try BundleKeys(parsing: json) },
        path: cache.layout.current, stateDirectory: settings.stateDirectory,
        at: now, confirmedAt: cache.policy.confirmedAt ?? now, trustsEmpty: isCurrent)
    } catch {
      throw failure(error)
    }
  }

  private static func accept(
    _ blob: [UInt8], _ keys: borrowing BundleKeys, path: String, stateDirectory: String, at now: Int64,
    confirmedAt: Int64?, trustsEmpty: Bool
  ) throws(BundleError) -> PolicySource.Loaded {
    let memory = AcceptedBundlesFile(stateDirectory: stateDirectory)
    let accepted = try keys.accept(blob, at: now, after: try memory.read())
    let policy: Policy
    do throws(PolicyError) {
      policy = try Policy.load(
        hosted: accepted.payload, fileName: path, trustsEmpty: trustsEmpty, locale: PolicySource.locale)
    } catch {
      throw BundleError(.root, error.lines.joined(separator: "; "))
    }
    // Not before: a bundle that holds no policy must not keep the previous bundle from being accepted again.
    try memory.remember(accepted)
    return PolicySource.Loaded(
      policy: policy, bytes: blob, path: path, projectID: accepted.projectID, expiresAt: accepted.expiresAt,
      confirmedAt: confirmedAt)
  }

  private static func keys(_ settings: Settings, scope: String) throws(BundleError) -> BundleKeys {
    if let path = settings.keysPath { return try BundleFile.keys(path) }
    let layout = CacheLayout(stateDirectory: settings.stateDirectory, scope: scope)
    let digest = (try? CachedPolicy(layout))??.keysDigest
    guard let digest else {
      throw BundleError(
        .keyFile,
        "there are no keys to open the bundle with: give keysPath, or use the mode `cloud` once, which caches them")
    }
    return try BundleFile.keys(layout.keys(digest))
  }

  // MARK: Errors

  static func failure(_ error: BundleError) -> any Error {
    func unavailable(_ reason: PolicyUnavailableError.Reason, _ code: String, _ advice: String) -> any Error {
      PolicyUnavailableError(reason: reason, code: code, description: "\(error); \(advice)")
    }
    return switch error.kind {
    case .verification:
      BundleVerificationError(
        description: "\(error); do not use this bundle: get it anew, or the project's keys where they have changed")
    case .tamper:
      BundleTamperError(
        description: "\(error); do not use this bundle: get it anew, or the keys of the project that it is for")
    case .expired: unavailable(.refused, "E1302", "have the author sign the policy anew")
    case .rollback: unavailable(.refused, "E1203", "give the newest bundle of the project")
    case .project: unavailable(.refused, "E1203", "give the bundle and the keys of one project")
    case .key: unavailable(.unusable, "E1203", "see that keysPath is the project's file of keys")
    case .format: unavailable(.unusable, "E1205", "see that policyPath is a .czpolicy file, in whole")
    case .unavailable: unavailable(.unusable, "E1205", "see that this machine has what is missing")
    }
  }

  private static func unusable(_ error: PolicyError) -> PolicyUnavailableError {
    PolicyUnavailableError(
      reason: .unusable, code: error.diagnostics.first?.code.rawValue ?? "",
      description: error.lines.joined(separator: "\n"))
  }

  /// The library's error for a failed pull.
  static func failure(_ error: ControlPlaneError, refusal: BundleError?) -> any Error {
    if let refusal { return failure(refusal) }
    let (reason, advice): (PolicyUnavailableError.Reason, String) =
      switch error.code {
      case .keyRejected: (.keyRejected, "give the API key of a project that exists, in full")
      case .unreachable, .serverFailure, .rateLimited, .stopped:
        (.serviceAway, "try again later; the mode `hybrid` has a file for such times")
      case .untrusted: (.serviceAway, "give authorityPath where the service has a certificate authority of its own")
      case .bundleRefused: (.refused, "ask whoever runs the service")
      default: (.unusable, "see that baseURL is the address of a Control Zero service")
      }
    return PolicyUnavailableError(
      reason: reason, code: error.code.rawValue, description: "\(error.message) [\(error.code.rawValue)]; \(advice)")
  }
}

internal import Bundle
internal import ControlPlane
internal import Platform
internal import Relay
internal import State
internal import Synchronization

/// A client's link to the service, for one exchange at a time. Holds the API key, in guarded memory.
final class ServiceLink: Sendable {
  /// The result of a pull.
  struct Pulled: Sendable {
    let outcome: PolicyRefresh.Outcome
    let cache: PolicyCache
    /// Numbers the pulls of a client in the order in which the service answered them.
    let number: UInt64
    /// Why a bundle was refused.
    let refusal: BundleError?
  }

  private let client: Mutex<ControlPlaneClient?>
  private let pulls = Atomic<UInt64>(0)
  private let watch: LinkWatch
  private let layout: CacheLayout

  init(_ settings: Settings, key: consuming sending APIKey) throws(PolicyUnavailableError) {
    let watch = LinkWatch()
    self.watch = watch
    layout = CacheLayout(stateDirectory: settings.stateDirectory, scope: key.scope)
    do {
      let service = try ServiceSettings(
        ServiceSettings.Options(baseURL: settings.baseURL, authorityFile: settings.authorityPath),
        stateDirectory: settings.stateDirectory)
      var http = HTTPClient.Options()
      http.authorityFile = service.authorityFile
      http.userAgent = "controlzero-swift/\(Version.number)"
      http.shouldStop = { watch.shouldStop }
      client = Mutex(
        try ControlPlaneClient(
          try ServiceURL(service.baseURL, allowsPlainHTTP: settings.allowsPlainHTTP), key: key, email: service.email,
          options: http))
    } catch let error as ControlPlaneError {
      throw PolicyUnavailableError(
        reason: .unusable, code: error.code.rawValue, description: "\(error.message); give another baseURL")
    } catch {
      throw PolicyUnavailableError(reason: .state, code: "", description: "\(error)")
    }
  }

  /// Asks for the policy: at most one pull and two bootstraps. Blocks.
  func pull(at now: Int64, _ cancellation: Cancellation) throws -> Pulled {
    let refusal = LatestValue<BundleError>()
    let layout = layout
    let refresh = PolicyRefresh(
      verify: { blob, keys throws(ControlPlaneError) in
        do throws(BundleError) {
          return try Self.verify(blob, keys, at: now)
        } catch {
          refusal.keep(error)
          throw ControlPlaneError(.bundleRefused, "the service's bundle is refused (\(error.kind.rawValue)): \(error)")
        }
      }, shouldStop: { [watch] in watch.shouldStop })
    let result: Result<(PolicyRefresh.Outcome, PolicyCache, UInt64), StateError>? = ask(cancellation) { client in
      do throws(StateError) {
        var cache = try PolicyCache(layout)
        let outcome = try refresh.run(&client, &cache, now: now)
        return .success((outcome, cache, self.pulls.add(1, ordering: .relaxed).newValue))
      } catch {
        return .failure(error)
      }
    }
    switch result {
    case .success(let (outcome, cache, number))?:
      let isRefused = outcome.failure?.code == .bundleRefused
      return Pulled(outcome: outcome, cache: cache, number: number, refusal: isRefused ? refusal.value : nil)
    case .failure(let error)?:
      throw PolicyUnavailableError(reason: .state, code: error.code.rawValue, description: error.message)
    case nil:
      throw ClientClosedError()
    }
  }

  /// A bundle is cached if it passes every check for enforcement but that against older bundles, which loading makes.
  private static func verify(_ blob: [UInt8], _ keys: ProjectKeys, at now: Int64) throws(BundleError) -> BundleFacts {
    let keys = try keys.json.withArray { json throws(BundleError) in try BundleKeys(parsing: json) }
    let bundle = try keys.accept(blob, at: now, after: AcceptedBundles(), checks: [.signer, .project, .expiry])
    return BundleFacts(createdAt: Int64(clamping: bundle.header.createdAt))
  }

  /// Sends the waiting records. Blocks; nil once it is given up or closed.
  func deliver(_ delivery: RecordDelivery, _ cancellation: Cancellation) throws(SyncError) -> RecordDelivery.Outcome? {
    let result: Result<RecordDelivery.Outcome, SyncError>? = ask(cancellation) { client in
      do throws(SyncError) {
        return .success(
          try delivery.run { body in
            cancellation.isCancelled ? .failed(ControlPlaneError(.stopped, "it was given up")) : client.deliver(body)
          })
      } catch {
        return .failure(error)
      }
    }
    return try result?.get()
  }

  /// Runs one exchange; nil if it was given up before it began, or the link is closed.
  private func ask<Answer: Sendable>(
    _ cancellation: Cancellation, _ body: @Sendable (inout ControlPlaneClient) -> Answer
  ) -> Answer? {
    // A thread that waits for a mutex can't give up, and an exchange that hangs may last for a minute.
    while watch.allows(cancellation) {
      let answer: Answer?? = client.withLockIfAvailable { client in
        watch.begin(cancellation)
        defer { watch.end() }
        return client?.apply(body)
      }
      if let answer { return answer }
      _ = usleep(20_000)
    }
    return nil
  }

  /// Gives up the current exchange, to leave time for a last one.
  func reserve(for last: Cancellation) { watch.reserve(for: last) }

  /// Gives up the current exchange, and wipes the key.
  func close() {
    watch.close()
    client.withLock { $0 = nil }
  }
}

extension ControlPlaneClient {
  fileprivate mutating func apply<Answer: Sendable>(_ body: @Sendable (inout ControlPlaneClient) -> Answer) -> Answer {
    body(&self)
  }
}

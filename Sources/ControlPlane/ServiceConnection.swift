internal import State

/// The service as one API key sees it: the client and the cache of that key.
final class ServiceConnection {
  let scope: String
  let address: ServiceURL
  private var client: ControlPlaneClient
  private(set) var cache: PolicyCache

  init(_ options: SyncOptions, stop: StopSignal) throws(SyncError) {
    do {
      let settings = try ServiceSettings(options.service, stateDirectory: options.stateDirectory)
      let key = try ServiceSettings.key(options.service, stateDirectory: options.stateDirectory)
      scope = key.scope
      address = try ServiceURL(settings.baseURL, allowsPlainHTTP: options.allowsPlainHTTP)
      var http = options.http
      http.authorityFile = settings.authorityFile
      http.userAgent = "czproxy/\(options.sender.version)"
      http.shouldStop = { stop.isSet }
      client = try ControlPlaneClient(address, key: key, email: settings.email, options: http)
      cache = try PolicyCache(CacheLayout(stateDirectory: options.stateDirectory, scope: scope))
    } catch let error as StateError {
      throw SyncError("\(error)", isConfiguration: error.code != .inaccessible)
    } catch {
      throw SyncError("\(error)", isConfiguration: true)
    }
  }

  /// When the service last answered, by its own clock: UNIX seconds.
  var answeredAt: Int64? { client.answeredAt }

  /// Whether the options now lead to another key than the one in use.
  func isOutdated(_ options: SyncOptions) throws(SyncError) -> Bool {
    do throws(StateError) {
      return try ServiceSettings.key(options.service, stateDirectory: options.stateDirectory).scope != scope
    } catch {
      throw SyncError("\(error)", isConfiguration: true)
    }
  }

  func refresh(_ refresh: PolicyRefresh, now: Int64) throws(StateError) -> PolicyRefresh.Outcome {
    try refresh.run(&client, &cache, now: now)
  }

  func tamperAlert(source: String, hostname: String, reason: String) throws(ControlPlaneError) {
    try client.tamperAlert(source: source, hostname: hostname, reason: reason)
  }

  func deliver(_ body: [UInt8]) -> DeliveryOutcome { client.deliver(body) }
}

public import State

/// What `czproxy sync` was told.
public struct SyncOptions: Sendable {
  public var stateDirectory: String
  public var service = ServiceSettings.Options()
  public var allowsPlainHTTP = false
  /// Whether records go to the service.
  public var shipsToService = true
  /// A collector of OpenTelemetry logs.
  public var telemetryEndpoint: String?
  /// OTEL_EXPORTER_OTLP_HEADERS.
  public var telemetryHeaders: String?
  public var plan = SyncPlan.Options()
  public var http = HTTPClient.Options()
  /// Seconds that a segment is kept after all of it was delivered.
  public var retention: Int64 = 30 * 86_400
  public var sender: Sender

  public init(stateDirectory: String, sender: Sender) {
    self.stateDirectory = stateDirectory
    self.sender = sender
  }
}

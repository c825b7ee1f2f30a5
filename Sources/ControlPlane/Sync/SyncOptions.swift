public import State

/// The options of `czproxy sync`.
public struct SyncOptions: Sendable {
  public var stateDirectory: String
  public var service = ServiceSettings.Options()
  public var allowsPlainHTTP = false
  /// Whether records go to the service.
  public var shipsToService = true
  /// A collector of OpenTelemetry logs.
  public var telemetryEndpoint: String?
  /// The value of OTEL_EXPORTER_OTLP_HEADERS.
  public var telemetryHeaders: String?
  public var plan = SyncPlan.Options()
  public var http = HTTPClient.Options()
  /// How many seconds a segment is kept after all of it was delivered.
  public var retention: Int64 = 30 * 86_400
  public var sender: Sender

  public init(stateDirectory: String, sender: Sender) {
    self.stateDirectory = stateDirectory
    self.sender = sender
  }
}

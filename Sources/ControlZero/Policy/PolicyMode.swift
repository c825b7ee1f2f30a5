/// Where a client's policy comes from.
public enum PolicyMode: String, Sendable, Hashable, CaseIterable {
  /// A Control Zero service; what it sent is cached for times when it is away.
  case cloud
  /// A file, without any network.
  case local
  /// A Control Zero service, and a file for when the service gives nothing.
  case hybrid
}

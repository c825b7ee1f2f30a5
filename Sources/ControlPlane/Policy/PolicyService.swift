/// The two requests that keep a policy current; a protocol so that their handling can be tested without a network.
public protocol PolicyService: ~Copyable {
  /// `GET /v1/sdk/bootstrap`; throws E1101 for 401 and 403, and E1205, E1401 … for the rest.
  mutating func bootstrap() throws(ControlPlaneError) -> ProjectKeys
  /// `GET /v1/sdk/policies/pull`.
  ///
  /// - Parameter etag: SHA-256 of the cached bundle, 64 lowercase hexadecimal digits.
  mutating func pull(etag: String?) -> PullOutcome
}

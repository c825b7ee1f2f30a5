public import Digest

/// What came of `GET /v1/sdk/policies/pull` (Control Zero 1.13.16): the answer itself, before anything is verified.
public enum PullOutcome: Sendable, Equatable {
  /// Bytes that may be a bundle. Anything below 400 but 304 is taken for one, even a redirect: it then won't verify.
  case bundle([UInt8])
  /// 304: the cached bundle is the current one.
  case notModified
  /// 401 or 403, or no answer that could be used.
  case failed(ControlPlaneError)
}

/// What came of `POST /v1/sdk/audit`, or of an export to a telemetry collector.
public enum DeliveryOutcome: Sendable, Equatable {
  /// All of it, or all but some that the receiver says it will never take.
  case accepted(rejected: Int)
  /// 401: nothing will be taken with this key.
  case unauthorised(ControlPlaneError)
  /// 400, 413, 422: something in it is refused, now and later.
  case refused(ControlPlaneError)
  /// Anything else: later.
  case failed(ControlPlaneError)
}

/// What came of `GET /api/secrets/{name}`: a value, or E1101, E1710, E1711, E1401 ….
public enum SecretOutcome: ~Copyable {
  case value(SecretBytes)
  case failed(ControlPlaneError)
}

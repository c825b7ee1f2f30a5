/// What came of `GET /v1/sdk/policies/pull` (Control Zero 1.13.16): the answer itself, before anything is verified.
public enum PullOutcome: Sendable, Equatable {
  /// Bytes that may be a bundle. Anything below 400 but 304 is taken for one, even a redirect: it then won't verify.
  case bundle([UInt8])
  /// 304: the cached bundle is the current one.
  case notModified
  /// 401 or 403, or no answer that could be used.
  case failed(ControlPlaneError)
}

/// The result of `GET /v1/sdk/policies/pull` (Control Zero 1.13.16): the answer itself, before anything is verified.
public enum PullOutcome: Sendable, Equatable {
  /// Bytes that may be a bundle. Any status below 400 but 304 counts, even a redirect, which then does not verify.
  case bundle([UInt8])
  /// 304: the cached bundle is the current one.
  case notModified
  /// 401 or 403, or no usable answer.
  case failed(ControlPlaneError)
}

public import Digest

/// The result of `GET /api/secrets/{name}`: a value, or E1101, E1710, E1711, E1401 ….
public enum SecretOutcome: ~Copyable {
  case value(SecretBytes)
  case failed(ControlPlaneError)
}

/// Which era of the protocol to speak.
public enum MCPEra: String, CaseIterable, Sendable {
  /// `server/discover` first; `initialize` if that is not understood.
  case auto
  /// Up to 2025-11-25: a handshake.
  case legacy
  /// From 2026-07-28 on: every request says who asks.
  case modern
}

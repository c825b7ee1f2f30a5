/// One end of the relay.
public enum Peer: String, Sendable {
  /// The program that contains the model; the parent of this process.
  case host
  /// The real MCP server; a child of this process.
  case server

  public var other: Peer { self == .host ? .server : .host }
}

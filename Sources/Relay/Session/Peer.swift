/// One end of the relay.
public enum Peer: String, Sendable {
  /// The program with the model in it; our parent.
  case host
  /// The real MCP server; our child.
  case server

  public var other: Peer { self == .host ? .server : .host }
}

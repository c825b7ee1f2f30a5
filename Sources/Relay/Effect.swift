public import DataLoss

/// What a session wants done about the line it was given, in this order.
public struct Step: Sendable {
  /// Must be durable before any of the effects happens; see ``Session/unrecorded(_:because:)`` for when it can't be.
  public var record: SessionRecord?

  public var effects: [Effect] = []

  public init(record: SessionRecord? = nil, _ effects: Effect...) {
    self.record = record
    self.effects = effects
  }
}

public enum Effect: Sendable, Equatable {
  /// Pass on the line just received, with the bytes it came with.
  case forward
  /// Pass it on with some of its bytes changed.
  case forwardEdited([ByteEdit])
  /// Send a line of our own.
  case send([UInt8], to: Peer)
  /// Tell a person, on standard error.
  case report(String)

  /// Whether the line itself goes on.
  var isForward: Bool {
    switch self {
    case .forward, .forwardEdited: true
    case .send, .report: false
    }
  }
}

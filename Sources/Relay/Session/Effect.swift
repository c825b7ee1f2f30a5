public import Wire

/// What a session wants done about the line it was given, in this order.
public struct Step: Sendable {
  /// Must be durable before any of the effects happens; see ``Session/unrecorded(_:because:)`` for when that fails.
  public var records: [SessionRecord] = []

  public var effects: [Effect] = []

  /// What to do instead if a record can't be written; nil if the effects are past deciding.
  var instead: Instead?

  struct Instead: Sendable {
    /// The request that then does not reach the other side.
    let request: (id: RequestID, sender: Peer)?
    /// - Parameter reason: why the step can't be recorded.
    let effects: @Sendable (_ reason: String) -> [Effect]
  }

  public init(record: SessionRecord? = nil, _ effects: Effect...) {
    records = record.map { [$0] } ?? []
    self.effects = effects
  }
}

public enum Effect: Sendable, Equatable {
  /// Pass on the line just received, with the bytes it came with.
  case forward
  /// Pass the line on with some of its bytes changed.
  case forwardEdited([ByteEdit])
  /// Send a line of our own.
  case send([UInt8], to: Peer)
  /// Tell a person, on standard error.
  case report(String)

  /// Pass the line on, with the edits if there are any.
  static func forward(_ edits: [ByteEdit]) -> Effect { edits.isEmpty ? .forward : .forwardEdited(edits) }
}

public import DataLoss
public import Policy
public import Wire

/// What a session wants on record: facts, in the terms of the protocol. Their encoding is another matter.
public enum SessionRecord: Sendable {
  case decision(JudgedCall)
  case outcome(Outcome)
  case refusal(Refusal)
  case observation(Observation)
  case listEdit(ListEdit)

  /// A request and what was decided about it.
  public struct JudgedCall: Sendable {
    public let call: GovernedRequest
    public let from: Peer
    /// The message that the call's nodes point into.
    public let document: JSONDocument
    public private(set) var decision: Decision
    /// What scanning its arguments led to.
    public private(set) var dataLoss: ScanOutcome
    /// Names of arguments that are not to be put on record.
    public let sensitiveKeys: Set<[UInt8]>
    /// What the decision took, in nanoseconds.
    public let evaluationTime: UInt64
    /// Whether a denial is only on record, since we observe.
    public let isObserved: Bool

    /// Whether the request does not reach the other side.
    public var isBlocked: Bool { decision.effect == .deny && !isObserved }

    /// Denies what would have to be masked, where the line can't be changed for it.
    mutating func denyMasked() {
      guard decision.effect != .deny, !dataLoss.edits.isEmpty else { return }
      dataLoss.refuseMasking("what is asked for holds what a DLP rule masks")
      decision.denyForDataLoss("what is asked for holds what a DLP rule masks")
    }
  }

  /// How a call that was forwarded ended.
  public struct Outcome: Sendable {
    public let id: RequestID
    public let tool: [UInt8]
    /// From forwarding the call to receiving its answer, in nanoseconds.
    public let duration: UInt64
    /// Of the answer's line, terminator included.
    public let bytes: Int
    public let ending: Ending
    /// What scanning the answer led to.
    public let dataLoss: ScanOutcome
    /// Why the host does not get it; nil where it does.
    let withholding: Withholding?

    public enum Ending: Sendable, Equatable {
      /// A result, with its `isError`.
      case result(isError: Bool)
      /// A JSON-RPC error, with its code where that is an integer of ordinary size.
      case error(code: Int?)
      /// Either, after the host had cancelled the request: nobody waits for it any more, and nobody gets it.
      case late
    }
  }

  /// Something that a scan found in what the server sent and that is no answer to a tool call.
  public struct Observation: Sendable {
    /// The request that it answers, or the notification.
    public let method: [UInt8]
    /// Of the request.
    public let id: RequestID?
    public let dataLoss: ScanOutcome
    let withholding: Withholding?
    /// Of the line, terminator included.
    public let bytes: Int
  }

  /// A list of which the host does not see all.
  public struct ListEdit: Sendable, Equatable {
    public let method: [UInt8]
    public let id: RequestID
    /// Entries that the policy denies outright.
    public let hidden: Int
  }

  /// A line that was not passed on.
  public struct Refusal: Sendable, Equatable {
    public let from: Peer
    public let reason: String
    /// The byte of the line at which it stops being acceptable.
    public let offset: Int
    /// Of the line, terminator included.
    public let bytes: Int
    /// The request that was refused, where its id is beyond doubt.
    public let id: RequestID?
  }
}

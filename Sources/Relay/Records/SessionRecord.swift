public import DataLoss
public import Policy
public import Wire

/// What a session wants recorded: facts, in the terms of the protocol. Their encoding is handled elsewhere.
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
    /// The result of scanning its arguments.
    public private(set) var dataLoss: ScanOutcome
    /// Names of arguments that must not be recorded.
    public let sensitiveKeys: Set<[UInt8]>
    /// How long the decision took, in nanoseconds.
    public let evaluationTime: UInt64
    /// Whether a denial is only recorded, because the session observes.
    public let isObserved: Bool

    /// Whether the request does not reach the other side.
    public var isBlocked: Bool { decision.effect == .deny && !isObserved }

    /// Denies a request that would have to be masked in a line that can't be changed.
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
    /// The length of the answer's line, terminator included.
    public let bytes: Int
    public let ending: Ending
    /// The result of scanning the answer.
    public let dataLoss: ScanOutcome
    /// Why the host does not get the answer; nil if it does.
    let withholding: Withholding?

    public enum Ending: Sendable, Equatable {
      /// A result, with its `isError`.
      case result(isError: Bool)
      /// A JSON-RPC error, with its code if that is an integer of ordinary size.
      case error(code: Int?)
      /// Either, after the host had cancelled the request: nobody waits for the answer any more, and nobody gets it.
      case late
    }
  }

  /// A scan's match in something that is not an answer to a tool call: sent by the server, or the host's answer to it.
  public struct Observation: Sendable {
    /// The method of the request that was answered, or of the notification.
    public let method: [UInt8]
    /// The id of the request.
    public let id: RequestID?
    public let dataLoss: ScanOutcome
    let withholding: Withholding?
    /// The length of the line, terminator included.
    public let bytes: Int
  }

  /// A list that the host does not see completely.
  public struct ListEdit: Sendable, Equatable {
    public let method: [UInt8]
    public let id: RequestID
    /// The number of entries that the policy denies outright.
    public let hidden: Int
  }

  /// A line that was not passed on.
  public struct Refusal: Sendable, Equatable {
    public let from: Peer
    public let reason: String
    /// The byte of the line at which it stops being acceptable.
    public let offset: Int
    /// The length of the line, terminator included.
    public let bytes: Int
    /// The request that was refused, if its id is beyond doubt.
    public let id: RequestID?
  }
}

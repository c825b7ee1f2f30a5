/// Searches for the record that the receiver can't take: chooses the entries to send next by the outcome of the last. A
/// pure state machine.
///
/// A refusal (400) says that a record is at fault, and bisection finds it. A failure (500) may be the service's own: so
/// the first entry is sent alone and, if it fails too, another one as a witness. An entry is at fault when it has
/// failed alone ``proofs`` times, each time followed by a witness that the service could handle.
struct FaultSearch: Equatable {
  private enum Step: Equatable {
    case all
    /// One of this many is at fault.
    case among(Int)
    /// Everything failed, so the first entry is tried alone.
    case first
    /// The first entry has failed alone this many times; another one shows whether the service works.
    case witness(failures: Int, ControlPlaneError)
    /// The service works, so the first entry is tried again.
    case again(failures: Int)
  }

  static let proofs = 3

  private var step = Step.all
  /// Which entry after the first is the witness: uniform over 0..<1, and different for each search, since a witness
  /// that is itself at fault looks like a service that is down.
  private let chance: Double

  init(chance: Double = .random(in: 0..<1)) {
    self.chance = chance
  }

  /// Which of `count` entries, at least one, go next.
  func next(of count: Int) -> Range<Int> {
    switch step {
    case .all: 0..<count
    case .among(let suspects): 0..<min(max(suspects / 2, 1), count)
    case .first, .again: 0..<1
    case .witness: witness(of: count)
    }
  }

  private func witness(of count: Int) -> Range<Int> {
    let index = 1 + min(Int(chance * Double(count - 1)), count - 2)
    return index..<index + 1
  }

  /// What is known about the entries after `sent` of `count` were sent with this outcome.
  mutating func verdict(on outcome: DeliveryOutcome, sent: Int, of count: Int) -> DeliveryVerdict {
    switch outcome {
    case .accepted(let rejected): accepted(sent, of: count, rejected)
    case .refused(let error): refused(sent, error)
    case .failed(let error) where error.status == 500: failed(sent, of: count, error)
    case .failed(let error): .failed(error)
    case .unauthorised(let error): .unauthorised(error)
    }
  }

  private mutating func accepted(_ sent: Int, of count: Int, _ rejected: Int) -> DeliveryVerdict {
    switch step {
    case .witness(let failures, let error): return witnessSucceeded(failures, error)
    // One of the others is at fault.
    case .first: step = .among(count - sent)
    case .among(let suspects): step = suspects > sent ? .among(suspects - sent) : .all
    case .all, .again: step = .all
    }
    return .delivered(rejected: rejected)
  }

  private mutating func refused(_ sent: Int, _ error: ControlPlaneError) -> DeliveryVerdict {
    if case .witness(let failures, let first) = step { return witnessSucceeded(failures, first) }
    step = sent > 1 ? .among(sent) : .all
    return sent > 1 ? .unclear : .firstIsAtFault(error)
  }

  private mutating func failed(_ sent: Int, of count: Int, _ error: ControlPlaneError) -> DeliveryVerdict {
    switch step {
    case .all where count > 1: step = .first
    case .among where sent > 1: step = .among(sent)
    case .first where count > 1, .among where count > 1: step = .witness(failures: 1, error)
    case .again(let failures) where count > 1: step = .witness(failures: failures + 1, error)
    case .all, .among, .first, .again, .witness:
      step = .all
      return .failed(error)
    }
    return .unclear
  }

  private mutating func witnessSucceeded(_ failures: Int, _ error: ControlPlaneError) -> DeliveryVerdict {
    step = failures < Self.proofs ? .again(failures: failures) : .all
    return failures < Self.proofs ? .unclear : .firstIsAtFault(error)
  }
}

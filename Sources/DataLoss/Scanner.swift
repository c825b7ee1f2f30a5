import Python

/// All detectors, in the order in which their findings are reported.
public struct Scanner: Sendable {
  /// A place where a detector matched.
  struct Match: Sendable, Equatable {
    /// The position of the detector in ``Scanner/detectors``.
    let detector: Int
    /// Byte offsets in the text.
    let range: Range<Int>
  }

  /// Why a scan has no result; whatever was to be scanned then goes no further.
  struct Failure: Error, Equatable {
    /// The detector that failed, and how.
    let reason: String
  }

  /// The CPU seconds that the expressions together may take for one text.
  static let limit: UInt64 = 10

  let detectors: [Detector]
  /// Whether any rule does more than detect.
  let protects: Bool
  private let needs: [Need]
  /// For each kind of run, the least count that any detector asks for.
  private let leastCounts: [Int]

  /// A requirement in a form that is compared with a profile.
  private enum Need {
    case always
    case literal(LiteralSet)
    /// - Parameter isLong: whether there is no such run without a long run in the profile.
    case run(Requirement.Run, Int, isLong: Bool)
  }

  /// The scanner without any rule: the built-in detectors.
  public static let builtin = Scanner(BuiltinDetectors.all)

  /// The same plus the second set, which is for what servers answer.
  public var withCredentials: Scanner { Scanner(detectors + CredentialDetectors.all) }

  /// The rules of the detectors, in order.
  public var rules: [DetectionRule] { detectors.map(\.rule) }

  init(_ detectors: [Detector]) {
    self.detectors = detectors
    protects = detectors.contains { $0.rule.action != .detect }
    var leastCounts = [Int](repeating: Int.max, count: Requirement.Run.allCases.count)
    for case .run(let run, let count) in detectors.map(\.requirement) {
      leastCounts[run.rawValue] = min(leastCounts[run.rawValue], count)
    }
    self.leastCounts = leastCounts
    needs = detectors.map { detector in
      switch detector.requirement {
      case .nothing: return .always
      case .literal(let texts, _): return .literal(LiteralFinder.shared.set(of: texts))
      case .run(let run, let count):
        return .run(run, count, isLong: TextProfile.longKinds.contains(run) && count >= TextProfile.longRun)
      }
    }
  }

  /// The built-in detectors and a policy's own (Control Zero 1.13.16, "DLP rules"). A rule with an invalid expression
  /// is left out. If the policy has rules with ids that start with `pii:` and all of these are valid, the policy's
  /// rules replace the built-in ones; if one is not, all with such ids are left out.
  public init(rules: [DetectionRule]) {
    guard !rules.isEmpty else {
      self = .builtin
      return
    }
    var own: [(isReplacement: Bool, detector: Detector)] = []
    var replaces = false
    var isComplete = true
    for rule in rules {
      let isReplacement = rule.id.hasPrefix("pii:")
      replaces = replaces || isReplacement
      do throws(PythonRegex.Problem) {
        own.append((isReplacement, try Detector(rule)))
      } catch .unsupported {
        // The SDK would run it; what can't be run here must not pass unseen.
        own.append((isReplacement, Detector(unsupported: rule)))
      } catch {
        if isReplacement { isComplete = false }
      }
    }
    let kept = own.filter { isComplete || !$0.isReplacement }.map(\.detector)
    self.init(replaces && isComplete ? kept : BuiltinDetectors.all + kept)
  }

  /// Whether the SDK, and this scanner, can use the expression of a rule.
  public enum Validity: Sendable, Equatable {
    case valid
    case invalid(String)
    /// Valid, but can't be run here.
    case unsupported(String)
  }

  public static func validity(of rule: DetectionRule) -> Validity {
    do throws(PythonRegex.Problem) {
      _ = try Detector(rule)
      return .valid
    } catch {
      switch error {
      case .invalid(let problem): return .invalid(problem)
      case .unsupported(let problem): return .unsupported(problem)
      }
    }
  }

  /// Whether the expression of a rule matches an empty text.
  public static func matchesEmptyText(_ rule: DetectionRule) -> Bool {
    guard let pattern = rule.pattern, let matcher = try? PatternMatcher(pattern, ignoresCase: false) else {
      return false
    }
    return matcher.search([]) == .match
  }

  /// All matches in a text, by detector, then in the order of the text.
  func matches(
    in text: Span<UInt8>, budget: TimeBudget = TimeBudget(seconds: limit)
  ) throws(Failure) -> [Match] {
    var budget = budget
    let profile = TextProfile(text)
    var matches: [Match] = []
    var lowercased: [UInt8]?
    // One for each kind of run, found when it is first asked for.
    var stretches = InlineArray<8, Stretches?>(repeating: nil)
    for (number, need) in needs.enumerated() {
      let windows: [Range<Int>]
      switch need {
      case .always: windows = [0..<text.count]
      case .literal(let mask):
        guard profile.literals & mask != .zero else { continue }
        if case .literal(let literals, let lead?) = detectors[number].requirement {
          windows = Stretches.windows(before: literals, lead: lead, in: text)
        } else {
          windows = [0..<text.count]
        }
      case .run(let run, let count, let isLong):
        guard text.count >= count, !isLong || profile.hasLongRun else { continue }
        if stretches[run.rawValue] == nil {
          stretches[run.rawValue] = Stretches(of: run, atLeast: leastCounts[run.rawValue], in: text, profile)
        }
        windows = stretches[run.rawValue]?.windows(counting: count, in: text) ?? []
      }
      guard !windows.isEmpty else { continue }
      let detector = detectors[number]
      guard let matcher = detector.matcher(forTextOf: text.count) else {
        throw Failure(reason: "the expression of `\(detector.rule.id)` can't be used here")
      }
      let known = matches.count
      let isComplete = matcher.forEachMatch(in: text, startingIn: windows, budget: &budget) {
        matches.append(Match(detector: number, range: $0))
      }
      guard isComplete else { throw Failure(reason: "`\(detector.rule.id)` takes too long") }
      if let context = detector.context, matches.count > known {
        let text = lowercased ?? PythonText.lowercased(Array(copying: text)[...])
        lowercased = text
        if !context.contains(where: { Self.occurs($0, in: text) }) { matches.removeSubrange(known...) }
      }
      if let fault = detector.rule.fault, matches.last?.detector == number {
        throw Failure(reason: "rule `\(detector.rule.id)`: \(fault)")
      }
    }
    return matches
  }

  private static func occurs(_ keyword: [UInt8], in text: [UInt8]) -> Bool {
    SearchText(keyword).occurs(in: text[...])
  }
}

extension [UInt8] {
  init(copying span: Span<UInt8>) {
    self = unsafe span.withUnsafeBufferPointer { unsafe Array($0) }
  }
}

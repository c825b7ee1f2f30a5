import Policy
import Wire

/// The differences between two payloads.
struct BundleDifference {
  struct Rule {
    /// The position of the rule, from 0, as in `rule-0`.
    let position: Int
    /// The ids of the policy and the rule; nil if the rule has no id.
    let identity: [UInt8]?
    /// The JSON of the rule.
    let text: ArraySlice<UInt8>
    let title: String

    var shown: String { DisplayText.escaped(text, limit: 2000) }
  }

  enum RuleChange {
    case added(Rule)
    case removed(Rule)
    case changed(Rule, Rule)
    case moved(Rule, Rule)

    enum Kind: String, CaseIterable { case added, removed, changed, moved }

    var kind: Kind {
      switch self {
      case .added: .added
      case .removed: .removed
      case .changed: .changed
      case .moved: .moved
      }
    }
  }

  private(set) var settings: [(name: String, old: String?, new: String?)] = []
  private(set) var rules: [RuleChange] = []

  private static let compared: [StaticString] = [
    "project_id", "expires_at", "default_action", "default_on_missing", "default_on_empty", "default_on_tamper",
    "metadata", "dlp_rules",
  ]

  init(from old: BundleContent, to new: BundleContent) {
    for key in Self.compared {
      let (before, after) = (Self.member(key, of: old.payload), Self.member(key, of: new.payload))
      if before != after { settings.append(("\(key)", before, after)) }
    }
    compare(Self.rules(of: old.payload), Self.rules(of: new.payload))
  }

  var isEmpty: Bool { settings.isEmpty && rules.isEmpty }

  func count(_ kind: RuleChange.Kind) -> Int { rules.count { $0.kind == kind } }

  private static func member(_ key: StaticString, of payload: JSONDocument) -> String? {
    payload.member(key, of: payload.root).map { DisplayText.escaped(payload.raw($0), limit: 2000) }
  }

  private static func rules(of payload: JSONDocument) -> [Rule] {
    HostedPayload.rules(of: payload).enumerated().map { position, entry in
      let policy = payload.member("id", of: entry.policy).map { payload.raw($0) } ?? []
      let id = payload.member("id", of: entry.rule).map { payload.raw($0) }
      let name = id.map { " (\(DisplayText.escaped($0)))" } ?? ""
      return Rule(
        position: position, identity: id.map { Array(policy) + [0] + $0 }, text: payload.raw(entry.rule),
        title: "rule-\(position)\(name)")
    }
  }

  // MARK: Comparing

  private mutating func compare(_ old: [Rule], _ new: [Rule]) {
    let pairs = Self.pairs(old, new)
    let inPlace = Self.longestIncreasingSubsequence(of: pairs.map(\.new))
    let paired = (old: Set(pairs.map(\.old)), new: Set(pairs.map(\.new)))
    var changes: [(place: Int, change: RuleChange)] = []
    for rule in old where !paired.old.contains(rule.position) { changes.append((rule.position, .removed(rule))) }
    for rule in new where !paired.new.contains(rule.position) { changes.append((rule.position, .added(rule))) }
    for pair in pairs {
      let (before, after) = (old[pair.old], new[pair.new])
      if before.text != after.text { changes.append((pair.new, .changed(before, after))) }
      if !inPlace.contains(pair.new) { changes.append((pair.new, .moved(before, after))) }
    }
    rules = changes.enumerated().sorted { ($0.element.place, $0.offset) < ($1.element.place, $1.offset) }
      .map(\.element.change)
  }

  /// The positions of rules that are in both payloads, in the old order. Rules match by their ids if these are unique,
  /// otherwise by their text.
  private static func pairs(_ old: [Rule], _ new: [Rule]) -> [(old: Int, new: Int)] {
    var byIdentity: [[UInt8]: [Int]] = [:]
    // In reverse, so that `popLast` below takes the first rule with a text.
    var byText: [ArraySlice<UInt8>: [Int]] = [:]
    let oldIdentities = Dictionary(grouping: old.compactMap(\.identity)) { $0 }.mapValues(\.count)
    for rule in new.reversed() {
      if let identity = rule.identity { byIdentity[identity, default: []].append(rule.position) }
      byText[rule.text, default: []].append(rule.position)
    }
    var taken: Set<Int> = []
    var pairs: [(old: Int, new: Int)] = []
    for rule in old {
      if let identity = rule.identity, oldIdentities[identity] == 1, let places = byIdentity[identity],
        places.count == 1, taken.insert(places[0]).inserted
      {
        pairs.append((rule.position, places[0]))
      } else {
        // A rule that was matched by its id is removed here, so that many equal rules are not tried again and again.
        while let place = byText[rule.text]?.popLast() {
          guard taken.insert(place).inserted else { continue }
          pairs.append((rule.position, place))
          break
        }
      }
    }
    return pairs
  }

  /// The longest increasing subsequence: the rules that kept their order.
  private static func longestIncreasingSubsequence(of numbers: [Int]) -> Set<Int> {
    // For each length, the smallest last number of a subsequence; for each number, its predecessor.
    var ends: [Int] = []
    var previous: [Int: Int] = [:]
    for number in numbers {
      var (low, high) = (0, ends.count)
      while low < high {
        let middle = (low + high) / 2
        if ends[middle] < number { low = middle + 1 } else { high = middle }
      }
      if low > 0 { previous[number] = ends[low - 1] }
      if low == ends.count { ends.append(number) } else { ends[low] = number }
    }
    var subsequence: Set<Int> = []
    var number = ends.last
    while let current = number {
      subsequence.insert(current)
      number = previous[current]
    }
    return subsequence
  }

  // MARK: JSON

  func writeMembers(to writer: inout JSONWriter) {
    writer.beginArray("settings")
    for change in settings {
      writer.beginObject()
      writer.string("name", change.name)
      if let old = change.old { writer.string("old", old) } else { writer.null("old") }
      if let new = change.new { writer.string("new", new) } else { writer.null("new") }
      writer.endObject()
    }
    writer.endArray()
    writer.beginArray("rules")
    for change in rules {
      writer.beginObject()
      writer.string("change", change.kind.rawValue)
      let (old, new): (Rule?, Rule?) =
        switch change {
        case .added(let rule): (nil, rule)
        case .removed(let rule): (rule, nil)
        case .changed(let old, let new), .moved(let old, let new): (old, new)
        }
      for (key, rule) in [("old", old), ("new", new)] as [(StaticString, Rule?)] {
        guard let rule else {
          writer.null(key)
          continue
        }
        writer.beginObject(key)
        writer.integer("position", rule.position)
        writer.raw("rule", rule.text)
        writer.endObject()
      }
      writer.endObject()
    }
    writer.endArray()
  }
}

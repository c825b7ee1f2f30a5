import Python
import Wire

/// Reads the conditions of a rule.
enum ConditionReader {
  private static let reservedKeys: [StaticString] = ["time_range", "ip_whitelist", "tags"]

  private static let maxPatternCharacters = 1024

  /// The documented operators.
  private static let operators = [
    "exists", "not_exists", "equals", "contains", "glob", "matches", "in", "not_in", "gt", "gte", "lt", "lte",
    "in_range", "outside_range", "within", "not_within",
  ]

  /// - Parameters:
  ///   - conditions: a mapping, or null.
  ///   - isLocal: whether the policy is written by hand, so that its author wants to hear of probable mistakes.
  /// - Returns: the conditions in their order, and hints about probable mistakes.
  static func read(
    _ conditions: PolicyValue, isOurDialect: Bool, isLocal: Bool
  ) throws(RuleReader.Failures) -> (conditions: [Condition], hints: [String]) {
    guard case .mapping(let members) = conditions.content else { return ([], []) }
    var result: [Condition] = []
    var hints: [String] = []
    var failures: [RuleReader.Failure] = []
    for member in members {
      do throws(RuleReader.Failure) {
        let condition = try condition(member, isOurDialect: isOurDialect, &hints)
        if isLocal { hints += ConditionHints.hints(for: condition, member.value, isOurDialect: isOurDialect) }
        result.append(condition)
      } catch {
        failures.append(error)
      }
    }
    guard failures.isEmpty else { throw RuleReader.Failures(failures) }
    return (result, hints)
  }

  private static func condition(
    _ member: PolicyValue.Member, isOurDialect: Bool, _ hints: inout [String]
  ) throws(RuleReader.Failure) -> Condition {
    guard case .string(let key) = member.key.content else {
      throw RuleReader.Failure(
        "a condition's key must be a string, not \(member.key.kindName); in quotes it is one", member.key)
    }
    let name = String(decoding: key, as: UTF8.self)
    var field = Condition.Field.key(key)
    if isOurDialect, key.starts(with: ArgumentPath.prefix) {
      guard let path = ArgumentPath(key) else {
        throw RuleReader.Failure("`\(name)` is not a path such as `args.paths[*].name`", member.key)
      }
      field = .path(path)
    }
    guard !isReserved(key.span), let operation = Operation(member.value) else {
      return Condition(name: name, field: field, test: test(key: key, pattern: PythonText.bytes(member.value)))
    }
    return Condition(name: name, field: field, test: try test(operation, name, isOurDialect: isOurDialect, &hints))
  }

  /// Whether the value of this key is never taken for an operator, whatever it looks like.
  static func isReserved(_ key: Span<UInt8>) -> Bool { reservedKeys.contains { $0.hasBytes(key) } }

  /// The test of a condition without an operator: a glob over the value's text, except for the key that holds the
  /// call's main text.
  static func test(key: [UInt8], pattern: [UInt8]) -> ValueTest {
    let isSearch = CaseFolding.folded(key).elementsEqual("input_text".utf8) && !pattern.contains(where: Glob.isSpecial)
    return isSearch ? .contains(SearchText(pattern), folds: false) : .glob(Glob(pattern), folds: false)
  }

  /// A condition with an operator: `{op: …, value: …, case_insensitive: …}`, and for paths `relative_to`.
  struct Operation {
    let name: PolicyValue
    let operand: PolicyValue
    let folds: Bool
    let base: PolicyValue?
  }

  static func test(
    _ asked: Operation, _ name: String, isOurDialect: Bool, _ hints: inout [String]
  ) throws(RuleReader.Failure) -> ValueTest {
    let (operand, folds) = (asked.operand, asked.folds)
    let operation = asked.name.string ?? ""
    func text() -> [UInt8] {
      let text = PythonText.bytes(operand)
      return folds ? CaseFolding.folded(text) : text
    }
    switch operation {
    case "exists": return .exists
    case "not_exists": return .doesNotExist
    case "equals": return .equals(text(), folds: folds)
    case "contains": return .contains(SearchText(text()), folds: folds)
    case "glob": return .glob(Glob(text()), folds: folds)
    case "matches", "matches_pattern":
      return try matcher(text(), name, folds: folds, at: operand, &hints)
    case "gt", "greater_than": return comparison(operand, ValueTest.greater(than:))
    case "gte", "greater_than_or_equal": return comparison(operand, ValueTest.greaterOrEqual(to:))
    case "lt", "less_than": return comparison(operand, ValueTest.less(than:))
    case "lte", "less_than_or_equal": return comparison(operand, ValueTest.lessOrEqual(to:))
    case "in", "not_in":
      let texts = listItems(operand).map { folds ? CaseFolding.folded($0) : $0 }
      return texts.isEmpty ? .never : .list(SortedTexts(texts), folds: folds, isNegated: operation == "not_in")
    case "in_range", "outside_range":
      return rangeBounds(operand).map { .range($0, isNegated: operation == "outside_range") } ?? .never
    case "within", "not_within":
      guard isOurDialect else {
        throw RuleReader.Failure(
          "`op: \(operation)` needs `dialect: \(LocalPolicyLoader.dialectName)` at the root of the file", asked.name)
      }
      return .within(
        PathScope(
          roots: try directories(operand, of: operation),
          bases: try asked.base.map { (base) throws(RuleReader.Failure) in try directories(base, of: "relative_to") }
            ?? []),
        isNegated: operation == "not_within")
    default:
      let meant = UnknownKeys.meant(by: operation, of: operators).map { ", `\($0)` was meant?" } ?? ""
      throw RuleReader.Failure("`\(name)` has the unknown operator `\(operation)`\(meant)", asked.name)
    }
  }

  // MARK: Operands

  private static func comparison(_ operand: PolicyValue, _ test: (Double) -> ValueTest) -> ValueTest {
    switch operand.content {
    case .integer(let digits):
      guard let number = Double(digits), number.isFinite else { return .overflow }
      return test(number)
    case .number(let number): return test(number)
    // Nothing compares with an operand that is not a number, but a value that stops the SDK still stops it.
    case .string(let bytes): return test(PythonFloat.parse(bytes[...]) ?? .nan)
    default: return test(.nan)
    }
  }

  private static func listItems(_ operand: PolicyValue) -> [[UInt8]] {
    switch operand.content {
    case .null: []
    case .list(let elements): elements.filter { !$0.isNull }.map(PythonText.bytes)
    case .string(let bytes):
      bytes.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: true).map { PythonSpace.stripped($0) }
        .filter { !$0.isEmpty }.map(Array.init)
    default: [PythonText.bytes(operand)]
    }
  }

  private static func rangeBounds(_ operand: PolicyValue) -> ValueRange? {
    switch operand.content {
    case .list(let elements) where elements.count == 2:
      return ValueRange(low: PythonText.bytes(elements[0]), high: PythonText.bytes(elements[1]))
    case .string(let bytes):
      guard let hyphen = bytes.firstIndex(of: UInt8(ascii: "-")) else { return nil }
      let low = PythonSpace.stripped(bytes[..<hyphen])
      let high = PythonSpace.stripped(bytes[(hyphen + 1)...])
      return low.isEmpty || high.isEmpty ? nil : ValueRange(low: Array(low), high: Array(high))
    default:
      return nil
    }
  }

  private static func matcher(
    _ pattern: [UInt8], _ name: String, folds: Bool, at operand: PolicyValue, _ hints: inout [String]
  ) throws(RuleReader.Failure) -> ValueTest {
    var reader = UTF8Scalars(pattern)
    var characters = 0
    while characters <= maxPatternCharacters, reader.next() != nil { characters += 1 }
    guard characters <= maxPatternCharacters else {
      hints.append("`\(name)`: a pattern of more than \(maxPatternCharacters) characters matches nothing")
      return .never
    }
    do throws(PythonRegex.Problem) {
      return .matches(try PatternMatcher(pattern, ignoresCase: folds), folds: folds)
    } catch {
      switch error {
      case .invalid(let reason):
        hints.append("`\(name)`: not a regular expression, so it matches nothing: \(reason)")
        return .never
      case .unsupported(let reason):
        throw RuleReader.Failure("`\(name)`: the regular expression can't be used: \(reason)", operand)
      }
    }
  }

  /// - Parameter key: the key that holds the directories.
  private static func directories(
    _ operand: PolicyValue, of key: String
  ) throws(RuleReader.Failure) -> [[UInt8]] {
    let elements: [PolicyValue]
    switch operand.content {
    case .list(let list): elements = list
    default: elements = [operand]
    }
    var directories: [[UInt8]] = []
    for element in elements {
      guard case .string(let path) = element.content, path.first == UInt8(ascii: "/"), !path.contains(0) else {
        let isHome = element.string?.hasPrefix("~") ?? false
        throw RuleReader.Failure(
          "`\(key)` takes one absolute path or a list of them\(isHome ? "; `~` is not read here" : "")", element)
      }
      directories.append(path)
    }
    guard !directories.isEmpty else { throw RuleReader.Failure("`\(key)` takes at least one path", operand) }
    return directories
  }
}

extension ConditionReader.Operation {
  /// Nil for a value that names no operator.
  init?(_ value: PolicyValue) {
    guard let name = value["op"], case .string = name.content else { return nil }
    self.init(
      name: name, operand: value["value"] ?? PolicyValue(content: .null, line: value.line, column: value.column),
      folds: value["case_insensitive"]?.isTruthy ?? false, base: value["relative_to"])
  }
}

extension PythonText {
  /// `str(value)` as bytes.
  static func bytes(_ value: PolicyValue) -> [UInt8] {
    if case .string(let bytes) = value.content { return bytes }
    return Array(representation(value).utf8)
  }
}

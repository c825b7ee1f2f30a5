import Python

/// A test of a value: the operators of Control Zero 1.13.16 with their operands prepared.
enum ValueTest: Sendable {
  case exists
  case doesNotExist
  /// The operand makes the test impossible to satisfy.
  case never
  /// The operand is an integer beyond the range of a double, which stops the SDK.
  case overflow
  case less(than: Double)
  case lessOrEqual(to: Double)
  case greater(than: Double)
  case greaterOrEqual(to: Double)
  case range(ValueRange, isNegated: Bool)
  case list(SortedTexts, folds: Bool, isNegated: Bool)
  case equals([UInt8], folds: Bool)
  case contains(SearchText, folds: Bool)
  case glob(Glob, folds: Bool)
  case matches(PatternMatcher, folds: Bool)
  case within(PathScope, isNegated: Bool)

  /// The number of characters of a text that `matches` examines.
  static let matchedCharacters = 8192

  /// Whether the test asks only whether there is a value.
  var isOfPresence: Bool {
    switch self {
    case .exists, .doesNotExist: true
    default: false
    }
  }

  /// Whether the operand makes the test impossible to satisfy.
  var isNever: Bool {
    switch self {
    case .never: true
    case .range(let range, isNegated: false): range.isReversed
    case .less(let bound), .lessOrEqual(let bound), .greater(let bound), .greaterOrEqual(let bound): bound.isNaN
    default: false
    }
  }

  /// Whether the test is about how a value is written.
  var isOfText: Bool {
    switch self {
    case .list, .equals, .contains, .glob, .matches: true
    default: false
    }
  }

  /// Whether the test compares numbers.
  var isOfNumbers: Bool {
    switch self {
    case .less, .lessOrEqual, .greater, .greaterOrEqual: true
    case .range(let range, _): range.isOfNumbers
    default: false
    }
  }

  /// Whether the test compares with true and false alone.
  var isOfBooleans: Bool {
    func isBoolean(_ text: [UInt8], _ folds: Bool) -> Bool {
      (folds ? ["true", "false"] : ["True", "False"]).contains { text.elementsEqual($0.utf8) }
    }
    return switch self {
    case .equals(let text, let folds): isBoolean(text, folds)
    case .glob(let glob, let folds): glob.text.map { isBoolean($0, folds) } ?? false
    case .list(let list, let folds, _): list.texts.allSatisfy { isBoolean($0, folds) }
    default: false
    }
  }

  /// Whether the test itself examines the contents of a list or an object.
  var looksWithin: Bool { if case .within = self { true } else { false } }

  /// Whether the test searches a text with a regular expression.
  var isSearch: Bool { if case .matches = self { true } else { false } }

  /// Whether the test holds for values that are not listed.
  var isExclusion: Bool { if case .list(_, _, isNegated: true) = self { true } else { false } }

  /// - Parameters:
  ///   - value: nil if it is null or absent.
  ///   - files: the file system that `within` consults; nil for none.
  func verdict(on value: FieldValue?, files: (any FileSystemView)?, isDenying: Bool) -> Verdict {
    if case .doesNotExist = self { return Verdict(value == nil) }
    guard let value else { return .fails }
    switch self {
    case .exists: return .holds
    case .doesNotExist, .never: return .fails
    case .overflow: return .fault
    case .less(let bound): return compare(value) { $0 < bound }
    case .lessOrEqual(let bound): return compare(value) { $0 <= bound }
    case .greater(let bound): return compare(value) { $0 > bound }
    case .greaterOrEqual(let bound): return compare(value) { $0 >= bound }
    case .range(let range, let isNegated):
      guard let isInside = range.contains(value) else { return .fault }
      return Verdict(isInside != isNegated)
    case .list(let texts, let folds, let isNegated):
      return Verdict(texts.contains(text(of: value, folds)) != isNegated)
    case .equals(let wanted, let folds):
      return Verdict(text(of: value, folds).elementsEqual(wanted))
    case .contains(let wanted, let folds):
      return Verdict(wanted.occurs(in: text(of: value, folds)))
    case .glob(let glob, let folds):
      return Verdict(glob.matches(text(of: value, folds)))
    case .matches(let pattern, let folds):
      let text = folds ? CaseFolding.folded(value.text, limit: Self.matchedCharacters)[...] : value.text
      switch pattern.search(UTF8Scalars.prefix(of: text, count: Self.matchedCharacters)) {
      case .match: return .holds
      case .noMatch: return .fails
      case .undecided: return .undecided(.runaway)
      }
    case .within(let scope, let isNegated):
      return scope.verdict(on: value, files: files, isNegated: isNegated, isDenying: isDenying)
    }
  }

  /// The verdict of `matches` on all of a value whose text is longer than the SDK examines, so that nobody can push a
  /// match out of sight with a long start; nil for any other test, and any other value.
  ///
  /// - Parameter budget: shared by all tests of a call, because the caller decides how long the texts are.
  func verdictOnLongText(_ value: FieldValue, budget: inout TimeBudget) -> Verdict? {
    guard case .matches(let pattern, let folds) = self else { return nil }
    let text = value.text
    guard UTF8Scalars.prefix(of: text, count: Self.matchedCharacters).count < text.count else { return nil }
    guard budget.isLeft() else { return .undecided(.runaway) }
    switch pattern.search(folds ? CaseFolding.folded(text)[...] : text, budget: &budget) {
    case .match: return .holds
    case .noMatch: return .fails
    case .undecided: return .undecided(.runaway)
    }
  }

  private func compare(_ value: FieldValue, _ holds: (Double) -> Bool) -> Verdict {
    switch PythonFloat.value(of: value) {
    case .finite(let number): Verdict(holds(number))
    case .overflow: .fault
    case .none: .fails
    }
  }

  private func text(of value: FieldValue, _ folds: Bool) -> ArraySlice<UInt8> {
    folds ? CaseFolding.folded(value.text)[...] : value.text
  }
}

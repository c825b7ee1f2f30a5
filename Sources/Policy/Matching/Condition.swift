/// One condition of a rule, ready to test.
struct Condition: Sendable {
  /// Where the condition's value is found.
  enum Field: Sendable {
    /// A key of the arguments, overridden by the context, overridden by its tags.
    case key([UInt8])
    /// A place within the arguments; only if the file declares our dialect.
    case path(ArgumentPath)
  }

  /// As the policy writes it, for explanations.
  let name: String
  let field: Field
  let test: ValueTest
}

/// The result of a condition, or of a test of a value.
enum Verdict: Equatable {
  case holds
  case fails
  /// The result can't be determined. A rule that denies then applies, and one that lets through does not.
  case undecided(Doubt)
  /// The SDK stops with an error here, and so denies.
  case fault
}

/// Why a condition can't be decided.
enum Doubt: String, Sendable {
  case type = "the argument is not of the type that the tool asks for"
  case lookAlike = "some servers take another key for it"
  case noNumber = "a value that is no number to every server"
  case noBoolean = "some servers take it for true or false"
  case null = "some servers take the text for no value"
  case decoded = "some servers decode the JSON that the text holds"
  case whole = "some servers take the number for another one"
  case long = "the text goes on behind what is examined for a match"
  case caller = "an argument can't say who calls"
  case undeclared = "the tool asks for no argument of this name"
  case tooLarge = "it holds JSON that is nested too deeply, or too large, to be looked into"
  case runaway = "the regular expression takes too long on this text"
  case relativePath = "a relative path, and servers differ in what they take it from: `relative_to` can say it"
  case url = "some servers read files at such addresses"
  case place = "the text names no place in the file system that can be told for certain; a plain absolute path does"
}

extension Verdict {
  init(_ holds: Bool) { self = holds ? .holds : .fails }

  /// The verdict over several readings of one value: a rule that denies applies if any reading satisfies it, one that
  /// lets through only if all of them do.
  func combined(with other: Verdict, isDenying: Bool) -> Verdict {
    switch (self, other) {
    case (.fault, _), (_, .fault): .fault
    case (.holds, .holds), (.fails, .fails): self
    case (.holds, .fails), (.fails, .holds): isDenying ? .holds : .fails
    case (.undecided, .undecided): self
    case (.undecided, .holds), (.holds, .undecided): isDenying ? .holds : (self == .holds ? other : self)
    case (.undecided, .fails), (.fails, .undecided): isDenying ? (self == .fails ? other : self) : .fails
    }
  }

  /// The same with a reading that only some servers have, such as that of a tool that ignores the argument: it may
  /// deny a call but not allow it.
  ///
  /// - Parameter doubt: why a rule that lets through does not apply if only this verdict would let it.
  func combined(with other: Verdict, isDenying: Bool, doubt: Doubt) -> Verdict {
    let verdict = combined(with: other, isDenying: isDenying)
    return self == .holds && verdict == .fails ? .undecided(doubt) : verdict
  }
}

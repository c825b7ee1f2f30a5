private import CPCRE2

/// A compiled regular expression: searches as Python's `re.search` does, in bounded time.
@safe package final class PatternMatcher: @unchecked Sendable {
  // INVARIANT: the compiled pattern is never changed after `init`, and each search has match data of its own.
  private let code: OpaquePointer
  private let limits: OpaquePointer

  package enum Outcome: Equatable {
    case match
    case noMatch
    /// A limit was reached before the outcome was known.
    case undecided
  }

  /// PCRE2's match limit for a search: a few milliseconds' work.
  package static let matchLimit: UInt32 = 500_000
  package static let depthLimit: UInt32 = 100_000
  /// In KiB.
  package static let heapLimit: UInt32 = 8192

  /// The match limit for the first matches of a scan, which covers texts of up to a few MiB. The other matches have the
  /// limit of a search: a text can be crafted so that each match in it takes long.
  package static let scanMatchLimit: UInt32 = 20_000_000
  private static let matchesWithinBudget = 16
  private static let matchesBetweenReadings = 64

  /// Compiles a Python pattern.
  ///
  /// - Parameter isForWindows: whether the pattern is searched for in small parts of a text, where first looking for
  ///   what a match starts with or must hold takes longer than trying to match.
  /// - Parameter skips: whether `(?!)` in the pattern also means that no match starts before the place reached, so that
  ///   a run of characters that led to no match is not tried again from each place within it.
  package init(
    _ pattern: some Collection<UInt8>, ignoresCase: Bool, isForWindows: Bool = false, skips: Bool = false
  ) throws(PythonRegex.Problem) {
    let translation = try PythonRegex.translate(pattern, ignoresCase: ignoresCase)
    let text = skips ? Self.skipping(translation.pattern) : translation.pattern
    guard let compileContext = unsafe pcre2_compile_context_create_8(nil) else { throw .unsupported("out of memory") }
    defer { unsafe pcre2_compile_context_free_8(compileContext) }
    unsafe pcre2_set_newline_8(compileContext, UInt32(PCRE2_NEWLINE_LF))
    var options =
      UInt32(PCRE2_UTF) | UInt32(PCRE2_UCP) | UInt32(PCRE2_ALT_CIRCUMFLEX) | UInt32(PCRE2_MATCH_INVALID_UTF)
      | UInt32(PCRE2_NEVER_BACKSLASH_C) | UInt32(PCRE2_USE_OFFSET_LIMIT)
    if translation.ignoresCase { options |= UInt32(PCRE2_CASELESS) }
    if isForWindows { options |= UInt32(PCRE2_NO_START_OPTIMIZE) }
    var problem: Int32 = 0
    var offset = 0
    let compiled = unsafe text.withUnsafeBufferPointer { buffer in
      unsafe pcre2_compile_8(buffer.baseAddress, buffer.count, options, &problem, &offset, compileContext)
    }
    guard let code = unsafe compiled else { throw .unsupported(Self.text(of: problem)) }
    guard let limits = unsafe Self.context(matchLimit: Self.matchLimit) else {
      unsafe pcre2_code_free_8(code)
      throw .unsupported("out of memory")
    }
    // If compiling to machine code is not possible, the pattern is interpreted.
    unsafe pcre2_jit_compile_8(code, UInt32(PCRE2_JIT_COMPLETE))
    unsafe self.code = code
    unsafe self.limits = limits
  }

  /// The pattern with PCRE2's verbs in place of each `(?!)`.
  private static func skipping(_ pattern: [UInt8]) -> [UInt8] {
    let mark = Array("(?!)".utf8)
    var result: [UInt8] = []
    var rest = pattern[...]
    while !rest.isEmpty {
      if rest.starts(with: mark) {
        result += "(*SKIP)(*FAIL)".utf8
        rest = rest.dropFirst(mark.count)
      } else {
        result.append(rest.removeFirst())
      }
    }
    return result
  }

  private static func context(matchLimit: UInt32) -> OpaquePointer? {
    guard let context = unsafe pcre2_match_context_create_8(nil) else { return nil }
    unsafe pcre2_set_match_limit_8(context, matchLimit)
    unsafe pcre2_set_depth_limit_8(context, depthLimit)
    unsafe pcre2_set_heap_limit_8(context, heapLimit)
    return unsafe context
  }

  deinit {
    unsafe pcre2_code_free_8(code)
    unsafe pcre2_match_context_free_8(limits)
  }

  /// Whether the pattern matches anywhere in the text.
  package func search(_ text: ArraySlice<UInt8>) -> Outcome {
    switch endOfFirstMatch(in: text) {
    case .end: .match
    case .noMatch: .noMatch
    case .undecided: .undecided
    }
  }

  /// Searches a text of any length; undecided if that takes too long.
  package func search(_ text: ArraySlice<UInt8>, budget: inout TimeBudget) -> Outcome {
    // SAFETY: the match data is freed here; the text is read only while it is borrowed.
    guard let data = unsafe pcre2_match_data_create_8(1, nil) else { return .undecided }
    defer { unsafe pcre2_match_data_free_8(data) }
    guard let context = unsafe Self.context(matchLimit: Self.matchLimit) else { return .undecided }
    defer { unsafe pcre2_match_context_free_8(context) }
    return unsafe text.withUnsafeBufferPointer { buffer in
      var (start, piece) = (0, TimeBudget.firstPiece)
      while true {
        let end = unsafe Self.end(of: piece, from: start, in: buffer, within: 0..<buffer.count)
        unsafe pcre2_set_offset_limit_8(context, end)
        let result = unsafe match(in: buffer, from: start, data, context)
        guard result == PCRE2_ERROR_NOMATCH else { return result >= 0 ? .match : .undecided }
        guard end < buffer.count else { return .noMatch }
        guard budget.isLeft(forAnother: &piece) else { return .undecided }
        start = end + 1
      }
    }
  }

  /// Where the first match ends.
  package enum Place: Equatable {
    /// An index of the text.
    case end(Int)
    case noMatch
    case undecided
  }

  package func endOfFirstMatch(in text: ArraySlice<UInt8>) -> Place {
    // SAFETY: the match data is freed here; the text is read only while it is borrowed, and the match's places,
    // of which there is one pair, are read before that.
    guard let data = unsafe pcre2_match_data_create_8(1, nil) else { return .undecided }
    defer { unsafe pcre2_match_data_free_8(data) }
    return unsafe text.withUnsafeBufferPointer { buffer in
      let result = unsafe match(in: buffer, from: 0, data, limits)
      if result == PCRE2_ERROR_NOMATCH { return .noMatch }
      guard result >= 0, let places = unsafe pcre2_get_ovector_pointer_8(data) else { return .undecided }
      return .end(text.startIndex + min(unsafe places[1], buffer.count))
    }
  }

  /// Calls `body` with the offsets of each match that starts within a window or at the end of one, in order, as
  /// Python's `re.finditer` gives them; an empty match may directly follow another match.
  ///
  /// - Parameters:
  ///   - windows: in ascending order, none touching another, each starting at the start of a character. If every match
  ///     of the pattern starts within one of them, all matches are found.
  ///   - budget: asked now and then in a long window. Each attempt to match has a limit of its own besides.
  /// - Returns: false if a limit was reached before all matches were known.
  package func forEachMatch(
    in text: Span<UInt8>, startingIn windows: [Range<Int>], budget: inout TimeBudget, _ body: (Range<Int>) -> Void
  ) -> Bool {
    guard let data = unsafe pcre2_match_data_create_8(1, nil) else { return false }
    // SAFETY: the match data is freed here; the text is read only while it is borrowed, and the match's places,
    // of which there is one pair, are read before the next match.
    defer { unsafe pcre2_match_data_free_8(data) }
    guard let context = unsafe Self.context(matchLimit: Self.scanMatchLimit) else { return false }
    defer { unsafe pcre2_match_context_free_8(context) }
    return unsafe text.withUnsafeBufferPointer { buffer in
      var start = 0
      var isBehindEmpty = false
      var count = 0
      for window in windows {
        start = max(start, window.lowerBound)
        var piece = TimeBudget.firstPiece
        while start <= window.upperBound {
          let end = unsafe Self.end(of: piece, from: start, in: buffer, within: window)
          unsafe pcre2_set_offset_limit_8(context, end)
          let options = isBehindEmpty ? UInt32(PCRE2_NOTEMPTY_ATSTART) : 0
          if count == Self.matchesWithinBudget { unsafe pcre2_set_match_limit_8(context, Self.matchLimit) }
          let result = unsafe match(in: buffer, from: start, options: options, data, context)
          if result == PCRE2_ERROR_NOMATCH {
            isBehindEmpty = false
            start = end + 1
            if end < window.upperBound, !budget.isLeft(forAnother: &piece) { return false }
            continue
          }
          guard result >= 0, let places = unsafe pcre2_get_ovector_pointer_8(data) else { return false }
          let (low, high) = unsafe (places[0], places[1])
          // A lookbehind must not move the start of a match before the start of the search.
          guard low >= start, high >= low, high <= buffer.count else { return false }
          body(low..<high)
          count += 1
          if count.isMultiple(of: Self.matchesBetweenReadings), !budget.isLeft() { return false }
          start = high
          isBehindEmpty = low == high
        }
      }
      return true
    }
  }

  /// PCRE2's answer, from the interpreter where its machine code runs out of stack.
  @inline(__always)
  private func match(
    in text: UnsafeBufferPointer<UInt8>, from start: Int, options: UInt32 = 0, _ data: OpaquePointer,
    _ context: OpaquePointer
  ) -> Int32 {
    let result = unsafe pcre2_match_8(code, text.baseAddress, text.count, start, options, data, context)
    guard result == PCRE2_ERROR_JIT_STACKLIMIT else { return result }
    return unsafe pcre2_match_8(
      code, text.baseAddress, text.count, start, options | UInt32(PCRE2_NO_JIT), data, context)
  }

  /// The last place in a piece of a window at which a match may start; a character starts right after it.
  private static func end(
    of piece: Int, from start: Int, in text: UnsafeBufferPointer<UInt8>, within window: Range<Int>
  ) -> Int {
    guard piece < window.upperBound - start else { return window.upperBound }
    var end = start + piece
    while end < window.upperBound, end + 1 < text.count, unsafe text[end + 1] & 0xc0 == 0x80 { end += 1 }
    return end
  }

  private static func text(of problem: Int32) -> String {
    var buffer = [UInt8](repeating: 0, count: 256)
    let length = unsafe buffer.withUnsafeMutableBufferPointer {
      unsafe pcre2_get_error_message_8(problem, $0.baseAddress, $0.count)
    }
    return String(decoding: buffer.prefix(Int(max(0, length))), as: UTF8.self)
  }
}

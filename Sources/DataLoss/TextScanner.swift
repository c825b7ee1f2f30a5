import Wire

/// Scans a text by itself, for people, pipes, and programs that handle texts.
public struct TextScanner: Sendable {
  /// A place where a detector matched.
  public struct Place: Sendable, Equatable {
    public let rule: DetectionRule
    /// Byte offsets in the text.
    public let range: Range<Int>
  }

  public struct Outcome: Sendable {
    /// In the order of the text.
    public let places: [Place]
    /// The text with every place replaced.
    public let masked: [UInt8]
  }

  /// Why a text could not be scanned; the text may then hold anything.
  public struct Failure: Error, Equatable, Sendable, CustomStringConvertible {
    public let description: String
  }

  private let scanner: Scanner

  public init(_ scanner: Scanner) {
    self.scanner = scanner
  }

  /// Finds everything, whatever the rules themselves would do about it.
  ///
  /// Empty matches are skipped: there is nothing to see or to mask.
  public func scan(_ text: [UInt8]) throws(Failure) -> Outcome {
    let matches: [Scanner.Match]
    do throws(Scanner.Failure) {
      matches = try scanner.matches(in: text.span).filter { !$0.range.isEmpty }
    } catch {
      throw Failure(description: error.reason)
    }
    let masking = Masking(matches.map { ($0.range, scanner.detectors[$0.detector].placeholder) })
    let edits = masking.spans.map { ByteEdit(range: $0.range, replacement: $0.placeholder) }
    let places = matches.sorted { ($0.range.lowerBound, $0.detector) < ($1.range.lowerBound, $1.detector) }
      .map { Place(rule: scanner.detectors[$0.detector].rule, range: $0.range) }
    return Outcome(places: places, masked: ByteEdit.apply(edits, to: text[...]))
  }
}

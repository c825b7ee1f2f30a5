import Wire

/// Scans a text for itself: what people and pipes ask, and programs that handle texts.
public struct TextScanner: Sendable {
  /// A place where something was found.
  public struct Place: Sendable, Equatable {
    public let rule: DetectionRule
    /// Offsets of the text's bytes.
    public let range: Range<Int>
  }

  public struct Outcome: Sendable {
    /// In the order of the text.
    public let places: [Place]
    /// The text with every place replaced.
    public let masked: [UInt8]
  }

  /// Why a text could not be scanned; it may hold anything.
  public struct Failure: Error, Equatable, Sendable, CustomStringConvertible {
    public let description: String
  }

  private let scanner: Scanner

  public init(_ scanner: Scanner) {
    self.scanner = scanner
  }

  /// Finds everything, whatever the rules themselves would have done about it.
  ///
  /// Empty matches are none: there is nothing to see or to mask.
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

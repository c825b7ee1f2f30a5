/// What a verifier found out about one segment.
public struct SegmentReport: Sendable, Equatable {
  /// A difference from what the proxy wrote.
  public struct Finding: Sendable, Equatable, CustomStringConvertible {
    public enum Kind: String, Sendable, CaseIterable {
      /// A row's content does not match the hash that it carries: it was edited.
      case broken
      /// The first rows are gone.
      case headMissing = "head_missing"
      /// Rows in the middle are gone.
      case gap
      /// Rows at the end are gone.
      case tailMissing = "tail_missing"
      /// A row does not follow from the one before it.
      case linkMismatch = "link_mismatch"
      /// Rows are in another order than they were written in.
      case order
      /// The first row does not follow from the segment's anchor.
      case wrongAnchor = "wrong_anchor"
      /// A line that is not a row of the chain.
      case junk
      /// A file that belongs beside the segment is gone.
      case sidecarMissing = "sidecar_missing"
      /// There is no row at all.
      case empty
      /// Another segment or a file beside it names this one, but it is gone.
      case segmentMissing = "segment_missing"
    }

    public let kind: Kind
    /// Counted from 1; nil if no line is meant.
    public let line: Int?
    public let detail: String

    public var description: String {
      "\(kind.rawValue)" + (line.map { " at line \($0)" } ?? "") + (detail.isEmpty ? "" : ": \(detail)")
    }
  }

  /// The state of a segment with which nothing is wrong.
  public enum Ending: String, Sendable {
    /// Its process wrote the last row.
    case closed
    /// Its process is alive.
    case open
    /// Its process ended without writing a last row.
    case unclosed
    /// A log that is not the proxy's own has no last row.
    case foreign
  }

  public let name: String
  public internal(set) var rows: Int
  public internal(set) var ending: Ending
  public internal(set) var findings: [Finding]

  public var isIntact: Bool { findings.isEmpty }
}

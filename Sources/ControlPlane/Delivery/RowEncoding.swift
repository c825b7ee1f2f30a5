/// What a receiver gets for a row.
public enum RowEncoding: Sendable, Equatable {
  /// JSON text for the receiver.
  case entry([UInt8])
  /// The row is not meant for the receiver.
  case nothing
  /// The row is meant for the receiver but can't be encoded; the reason.
  case unusable(String)
}

/// What a receiver gets of a row.
public enum RowEncoding: Sendable, Equatable {
  /// JSON text for it.
  case entry([UInt8])
  /// The row is none of its business.
  case nothing
  /// The row should go there and can't; why.
  case unusable(String)
}

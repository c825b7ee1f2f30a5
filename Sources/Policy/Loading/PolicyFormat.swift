import Python

/// The languages of local policies, told apart by the file's suffix.
public enum PolicyFormat: Sendable {
  case yaml
  case json

  /// The format of a file with this name; nil for any suffix but `.yaml`, `.yml` and `.json`.
  public init?(fileName: String) {
    let suffix = fileName.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).last ?? []
    switch String(decoding: CaseFolding.folded(suffix), as: UTF8.self) {
    case "yaml", "yml": self = .yaml
    case "json": self = .json
    default: return nil
    }
  }
}

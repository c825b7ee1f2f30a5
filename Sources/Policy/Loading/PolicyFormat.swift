import Python

/// The languages of local policies, told apart by the file's suffix.
public enum PolicyFormat: Sendable {
  case yaml
  case json

  /// The format of a file with this name; nil for any suffix but `.yaml`, `.yml` and `.json`.
  public init?(fileName: String) {
    let end = fileName.utf8.suffix(5).map(CaseFolding.asciiFolded)
    if end.elementsEqual(".yaml".utf8) || end.suffix(4).elementsEqual(".yml".utf8) {
      self = .yaml
    } else if end.elementsEqual(".json".utf8) {
      self = .json
    } else {
      return nil
    }
  }
}

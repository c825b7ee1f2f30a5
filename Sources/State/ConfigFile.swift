internal import Digest
internal import Platform
private import YAML

/// `config.yaml` in the state directory, which `controlzero` writes too; only what czproxy needs is read.
///
/// Only texts at the root count (`api_key`, `api_url`, `tls_ca_bundle`, `email`); everything else is ignored.
struct ConfigFile {
  private var values: [(key: [UInt8], value: [UInt8])] = []

  private static let maxBytes = 64 << 10

  static func path(in stateDirectory: String) -> String { stateDirectory + "/config.yaml" }

  /// Empty if there is no such file.
  init(stateDirectory: String) throws(StateError) {
    let path = Self.path(in: stateDirectory)
    var bytes: [UInt8]
    do throws(FileReader.Failure) {
      bytes = try FileReader.read(path, limit: Self.maxBytes)
    } catch .missing {
      return
    } catch .unreadable(let error) {
      throw StateError("read", path, error.number)
    } catch {
      throw StateError(.malformed, "`\(path)` is not a file of at most \(Self.maxBytes) bytes")
    }
    defer { SecretBytes.wipe(&bytes) }
    guard let values = Self.rootTexts(of: bytes) else {
      throw StateError(.malformed, "`\(path)` is not YAML with a mapping at its root; mend it, or remove it")
    }
    self.values = values
  }

  /// The last value of a repeated key counts, as in Python.
  subscript(_ key: StaticString) -> [UInt8]? {
    key.withUTF8Buffer { wanted in
      values.last { unsafe $0.key.elementsEqual(wanted) }?.value
    }.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// The members of the root mapping whose key and value are both texts; nil if the root is something else.
  private static func rootTexts(of bytes: [UInt8]) -> [(key: [UInt8], value: [UInt8])]? {
    struct NoMapping: Error {}
    var values: [(key: [UInt8], value: [UInt8])] = []
    var depth = 0
    // A key at the root whose value comes next; empty for a key that is not a text.
    var key: [UInt8]?
    do throws(NoMapping) {
      try YAMLEvents.read(bytes) { _ in
        NoMapping()
      } take: { (event) throws(NoMapping) in
        var text: [UInt8]?
        switch event.kind {
        case .documentStart: return
        case .listStart, .mappingStart:
          if depth == 0, case .listStart = event.kind { throw NoMapping() }
          depth += 1
          return
        case .end: depth -= 1
        case .scalar(let content, _):
          text = content
          // Some writers make an empty document a lone plain scalar; anything else at the root is not a mapping.
          if depth == 0, !content.isEmpty { throw NoMapping() }
        case .alias: break
        }
        guard depth == 1 else { return }
        if let known = key {
          if let text { values.append((known, text)) }
          key = nil
        } else {
          key = text ?? []
        }
      }
    } catch {
      return nil
    }
    return values
  }
}

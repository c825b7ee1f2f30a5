private import CYaml
internal import Digest
internal import Platform

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
    // SAFETY: the parser is initialized here and deleted here; it reads the bytes only while they are borrowed below.
    var parser = unsafe yaml_parser_t()
    guard unsafe yaml_parser_initialize(&parser) == 1 else { return nil }
    defer { unsafe yaml_parser_delete(&parser) }
    // libyaml counts a byte order mark as a column, and so takes the first line to be indented.
    let mark: [UInt8] = [0xef, 0xbb, 0xbf]
    let text = bytes.starts(with: mark) ? bytes.dropFirst(mark.count) : bytes[...]
    return unsafe text.withUnsafeBufferPointer { buffer in
      unsafe yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING)
      unsafe yaml_parser_set_input_string(&parser, buffer.baseAddress, buffer.count)
      return unsafe readRoot(&parser)
    }
  }

  private static func readRoot(_ parser: inout yaml_parser_t) -> [(key: [UInt8], value: [UInt8])]? {
    var values: [(key: [UInt8], value: [UInt8])] = []
    var depth = 0
    // A key at the root whose value comes next; empty for a key that is not a text.
    var key: [UInt8]?
    while true {
      var event = unsafe yaml_event_t()
      guard unsafe yaml_parser_parse(&parser, &event) == 1 else { return nil }
      defer { unsafe yaml_event_delete(&event) }
      var text: [UInt8]?
      switch unsafe event.type {
      case YAML_STREAM_END_EVENT: return values
      case YAML_MAPPING_START_EVENT, YAML_SEQUENCE_START_EVENT:
        if depth == 0, unsafe event.type == YAML_SEQUENCE_START_EVENT { return nil }
        depth += 1
        continue
      case YAML_MAPPING_END_EVENT, YAML_SEQUENCE_END_EVENT:
        depth -= 1
      case YAML_SCALAR_EVENT:
        let scalar = unsafe event.data.scalar
        text = unsafe Array(UnsafeBufferPointer(start: scalar.value, count: scalar.length))
        // Some writers make an empty document a lone plain scalar; anything else at the root is not a mapping.
        if depth == 0 { return text?.isEmpty == true ? values : nil }
      case YAML_ALIAS_EVENT: break
      default: continue
      }
      guard depth == 1 else { continue }
      if let known = key {
        if let text { values.append((known, text)) }
        key = nil
      } else {
        key = text ?? []
      }
    }
  }
}

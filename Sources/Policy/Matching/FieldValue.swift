import Python
import Wire

/// A value that a condition examines, neither null nor absent.
enum FieldValue: Sendable {
  /// A string, unescaped.
  case text(ArraySlice<UInt8>)
  /// A value of any other kind, at its place in the document.
  case node(JSONDocument, JSONDocument.Node)

  /// Nil for null.
  init?(_ node: JSONDocument.Node, in document: JSONDocument) {
    switch document.kind(of: node) {
    case .null: return nil
    case .string: self = .text(document.text(node))
    default: self = .node(document, node)
    }
  }

  /// `str(value)` as Python writes it.
  var text: ArraySlice<UInt8> {
    switch self {
    case .text(let bytes): return bytes
    case .node(let document, let node):
      if document.kind(of: node) == .integer { return PythonText.integer(document.raw(node)) }
      var bytes: [UInt8] = []
      PythonText.append(node, in: document, to: &bytes)
      return bytes[...]
    }
  }

  /// Python's truth value.
  var isTruthy: Bool {
    switch self {
    case .text(let bytes): return !bytes.isEmpty
    case .node(let document, let node):
      switch document.kind(of: node) {
      case .object, .array: return document.count(of: node) > 0
      case .true: return true
      case .integer, .number: return PythonFloat.value(of: node, in: document) != .finite(0)
      default: return false
      }
    }
  }
}

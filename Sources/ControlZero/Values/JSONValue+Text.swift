internal import Wire

#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

/// Why a text is not JSON that every reader understands alike.
public struct JSONTextError: LocalizedError, Sendable, Hashable, CustomStringConvertible {
  /// What is wrong, and where.
  public let description: String

  public var errorDescription: String? { description }
}

extension JSONValue {
  /// Reads a text strictly: a repeated name or half a surrogate pair is an error.
  public init(parsing text: some Collection<UInt8>) throws(JSONTextError) {
    do throws(JSONError) {
      let document = try JSONDocument(parsing: Array(text)[...], options: .document)
      self.init(document.root, in: document)
    } catch {
      throw JSONTextError(description: "not JSON: \(error)")
    }
  }

  /// Reads a text; see ``init(parsing:)``.
  public init(parsing text: String) throws(JSONTextError) {
    try self.init(parsing: text.utf8)
  }

  /// The value as JSON without white space, in UTF-8.
  public var json: [UInt8] {
    var writer = JSONWriter()
    write(to: &writer)
    return writer.bytes
  }

  /// Recursion is bounded by the depth that the reader allowed.
  init(_ node: JSONDocument.Node, in document: JSONDocument) {
    switch document.kind(of: node) {
    case .null: self = .null
    case .true: self = .bool(true)
    case .false: self = .bool(false)
    case .string: self = .string(String(decoding: document.text(node), as: UTF8.self))
    case .integer, .number:
      let text = String(decoding: document.raw(node), as: UTF8.self)
      if document.kind(of: node) == .integer, let value = Int64(text) {
        self = .integer(value)
      } else {
        let double = Double(text) ?? .nan
        self = ExactNumber(keeping: text, insteadOf: double).map { .exact($0) } ?? .number(double)
      }
    case .array:
      self = .array(document.elements(of: node).map { JSONValue($0, in: document) })
    case .object:
      self = .object(
        JSONObject(
          distinct: document.members(of: node).map { key, value in
            (String(decoding: document.text(key), as: UTF8.self), JSONValue(value, in: document))
          }))
    }
  }

  /// The JSON for a reader, cut off below the depth that the reader refuses: the program may have nested the value more
  /// deeply than the stack allows.
  var jsonForReader: [UInt8] {
    var writer = JSONWriter()
    write(to: &writer, levels: JSONLimits().maxDepth)
    return writer.bytes
  }

  /// - Parameter levels: how many levels of nesting are written; what is inside the last level is left out.
  func write(to writer: inout JSONWriter, levels: Int = .max) {
    switch self {
    case .null: writer.null()
    case .bool(let value): writer.boolean(value)
    case .integer(let value): writer.integer(value)
    case .number(let value):
      if value.isFinite { writer.raw("\(value)".utf8) } else { writer.null() }
    case .exact(let value): writer.raw(value.description.utf8)
    case .string(let value): writer.string(value)
    case .array(let values):
      writer.beginArray()
      if levels > 0 { for value in values { value.write(to: &writer, levels: levels - 1) } }
      writer.endArray()
    case .object(let object):
      object.write(to: &writer, levels: levels)
    }
  }
}

extension JSONValue: CustomStringConvertible {
  public var description: String { String(decoding: json, as: UTF8.self) }
}

extension JSONObject {
  /// The object as JSON without white space, in UTF-8.
  public var json: [UInt8] { JSONValue.object(self).json }

  func write(to writer: inout JSONWriter, levels: Int) {
    writer.beginObject()
    if levels > 0 {
      for (name, value) in members {
        writer.key(bytes: name.utf8)
        value.write(to: &writer, levels: levels - 1)
      }
    }
    writer.endObject()
  }
}

package import Wire

extension PythonText {
  /// `repr(value)` of a JSON value. Recursion is bounded by the document's own limit on depth.
  package static func append(_ node: JSONDocument.Node, in document: JSONDocument, to bytes: inout [UInt8]) {
    switch document.kind(of: node) {
    case .null: bytes += "None".utf8
    case .true: bytes += "True".utf8
    case .false: bytes += "False".utf8
    case .integer: bytes += integer(document.raw(node))
    case .number: append(PythonFloat.number(document.raw(node)), to: &bytes)
    case .string: appendQuoted(document.text(node), to: &bytes)
    case .array:
      bytes.append(UInt8(ascii: "["))
      for (index, element) in document.elements(of: node).enumerated() {
        if index > 0 { bytes += ", ".utf8 }
        append(element, in: document, to: &bytes)
      }
      bytes.append(UInt8(ascii: "]"))
    case .object:
      bytes.append(UInt8(ascii: "{"))
      for (index, member) in document.uniqueMembers(of: node).enumerated() {
        if index > 0 { bytes += ", ".utf8 }
        appendQuoted(document.text(member.key), to: &bytes)
        bytes += ": ".utf8
        append(member.value, in: document, to: &bytes)
      }
      bytes.append(UInt8(ascii: "}"))
    }
  }

  /// `str(int)` of a JSON integer: its digits.
  package static func integer(_ raw: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    raw.count == 2 && raw.elementsEqual("-0".utf8) ? raw.dropFirst() : raw
  }

  /// `repr(str)`: single quotes unless only double ones avoid an escape; what can't be printed is escaped.
  static func appendQuoted(_ text: ArraySlice<UInt8>, to bytes: inout [UInt8]) {
    let usesDouble = text.contains(UInt8(ascii: "'")) && !text.contains(UInt8(ascii: "\""))
    let quote = UInt8(ascii: usesDouble ? "\"" : "'")
    bytes.append(quote)
    var position = text.startIndex
    while position < text.endIndex {
      let byte = text[position]
      if byte < 0x80 {
        appendASCII(byte, quote: quote, to: &bytes)
        position += 1
        continue
      }
      let (scalar, length) = UTF8Scalars.scalar(in: text.span, at: position - text.startIndex)
      if let scalar = Unicode.Scalar(scalar), isPrintable(scalar) {
        bytes += text[position..<position + length]
      } else {
        appendEscape(of: scalar, to: &bytes)
      }
      position += length
    }
    bytes.append(quote)
  }

  private static func appendASCII(_ byte: UInt8, quote: UInt8, to bytes: inout [UInt8]) {
    switch byte {
    case quote, UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
    case UInt8(ascii: "\n"): bytes += "\\n".utf8
    case UInt8(ascii: "\r"): bytes += "\\r".utf8
    case UInt8(ascii: "\t"): bytes += "\\t".utf8
    case 0x20..<0x7f: bytes.append(byte)
    default: appendEscape(of: UInt32(byte), to: &bytes)
    }
  }

  private static func appendEscape(of scalar: UInt32, to bytes: inout [UInt8]) {
    let hex = String(scalar, radix: 16)
    let (mark, width) = scalar < 0x100 ? ("x", 2) : scalar < 0x10000 ? ("u", 4) : ("U", 8)
    bytes += "\\\(mark)".utf8
    bytes += String(repeating: "0", count: width - hex.utf8.count).utf8
    bytes += hex.utf8
  }
}

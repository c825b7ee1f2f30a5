import Wire

/// The value of a plain YAML scalar: the implicit types of YAML 1.1 as PyYAML's safe loader resolves them.
enum YAMLScalar {
  static func resolve(_ text: String) throws(YAMLTimestamp.Impossible) -> PolicyValue.Content {
    switch text {
    case "", "~", "null", "Null", "NULL":
      return .null
    case "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON":
      return .boolean(true)
    case "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF":
      return .boolean(false)
    default:
      guard let first = text.utf8.first, (0x2b...0x39).contains(first) else { return .string(Array(text.utf8)) }
      if let number = float(text) { return .number(number) }
      if let digits = integer(text) { return .integer(digits) }
      return try YAMLTimestamp(text).map { .timestamp($0.text) } ?? .string(Array(text.utf8))
    }
  }

  /// Whether a plain text and what it was resolved to say different things to a person.
  static func isReread(_ text: [UInt8], as content: PolicyValue.Content) -> Bool {
    switch content {
    case .boolean:
      return !["true", "True", "TRUE", "false", "False", "FALSE"].contains { text.elementsEqual($0.utf8) }
    case .integer: return text.contains(UInt8(ascii: ":")) || isOctal(text)
    case .number: return text.contains(UInt8(ascii: ":"))
    default: return false
    }
  }

  private static func isOctal(_ text: [UInt8]) -> Bool {
    let digits = text.drop { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+") }
    return digits.count > 1 && digits.first == UInt8(ascii: "0") && digits.allSatisfy(\.isDigit)
  }

  // MARK: Integers

  /// Binary, octal, decimal, hexadecimal and base 60, with underscores; returns the value's decimal digits.
  static func integer(_ text: String) -> String? {
    let (sign, body) = split(text)
    let digits = body.filter { $0 != "_" }
    guard let first = body.utf8.first, first.isDigit else { return nil }
    let magnitude: String?
    if body.hasPrefix("0b") {
      magnitude = decimal(digits.dropFirst(2), radix: 2)
    } else if body.hasPrefix("0x") {
      magnitude = decimal(digits.dropFirst(2), radix: 16)
    } else if body == "0" {
      magnitude = "0"
    } else if first == UInt8(ascii: "0") {
      magnitude =
        body.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "7")).contains($0) || $0 == UInt8(ascii: "_") }
        ? decimal(digits.dropFirst(1), radix: 8) ?? "0" : nil
    } else if body.contains(":") {
      magnitude = base60(body, allowsFraction: false).map { String(Int64($0)) }
    } else {
      magnitude = isDecimal(body) ? String(digits) : nil
    }
    return magnitude.map { $0 == "0" ? "0" : sign + $0 }
  }

  private static func split(_ text: String) -> (sign: String, body: Substring) {
    if text.hasPrefix("-") { return ("-", text.dropFirst()) }
    return ("", text.hasPrefix("+") ? text.dropFirst() : text[...])
  }

  /// Such a number beyond 64 bits counts as text: nobody writes one into a policy.
  private static func decimal(_ digits: some StringProtocol, radix: Int) -> String? {
    UInt64(digits, radix: radix).map { String($0) }
  }

  private static func isDecimal(_ text: Substring) -> Bool {
    text.utf8.allSatisfy { $0.isDigit || $0 == UInt8(ascii: "_") }
  }

  /// `h:m:s`: every part but the first is 0 to 59, in one or two digits. Only the first part and the fraction may have
  /// underscores.
  private static func base60(_ text: Substring, allowsFraction: Bool) -> Double? {
    var parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count > 1, isDecimal(parts[0]), parts[0].utf8.first != UInt8(ascii: "_") else { return nil }
    parts[0].removeAll { $0 == "_" }
    var fraction = ""
    if allowsFraction, let last = parts.last, let dot = last.firstIndex(of: ".") {
      fraction = last[dot...].filter { $0 != "_" }
      guard isPlainDecimal(fraction.dropFirst()) else { return nil }
      parts[parts.count - 1] = last[..<dot]
    }
    // From the end, in the order in which PyYAML adds them.
    var value = 0.0
    var weight = 1.0
    for (index, part) in parts.enumerated().reversed() {
      guard let number = Int(part), isPlainDecimal(part), index == 0 || (number < 60 && (1...2).contains(part.count))
      else { return nil }
      value += (weight == 1 ? Double(part + fraction) ?? 0 : Double(number)) * weight
      weight *= 60
    }
    return value < 1e18 ? value : nil
  }

  // MARK: Floats

  static func float(_ text: String) -> Double? {
    let (sign, body) = split(text)
    let factor: Double = sign == "-" ? -1 : 1
    switch body {
    case ".inf", ".Inf", ".INF": return factor * .infinity
    case ".nan", ".NaN", ".NAN": return text.first == "." ? .nan : nil
    default: break
    }
    guard let dot = body.firstIndex(of: ".") else { return nil }
    if body.contains(":") {
      return base60(body, allowsFraction: true).map { factor * $0 }
    }
    let whole = body[..<dot]
    var fraction = body[body.index(after: dot)...]
    var exponent = ""
    if let mark = fraction.firstIndex(where: { $0 == "e" || $0 == "E" }) {
      let power = fraction[fraction.index(after: mark)...]
      guard power.hasPrefix("+") || power.hasPrefix("-"), power.count > 1, isPlainDecimal(power.dropFirst()) else {
        return nil
      }
      exponent = "e" + power
      fraction = fraction[..<mark]
    }
    guard isDecimal(whole), isDecimal(fraction) else { return nil }
    if whole.isEmpty {
      // Without digits before the dot, YAML 1.1 permits no sign and requires a digit after it.
      guard text.first == ".", let next = fraction.first, next != "_" else { return nil }
    } else if whole.first == "_" {
      return nil
    }
    let digits = (whole.isEmpty ? "0" : String(whole)) + "." + (fraction.isEmpty ? "0" : String(fraction))
    return Double(digits.filter { $0 != "_" } + exponent).map { factor * $0 }
  }

  private static func isPlainDecimal(_ text: Substring) -> Bool {
    text.utf8.allSatisfy(\.isDigit)
  }
}

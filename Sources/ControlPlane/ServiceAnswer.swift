internal import State
internal import Wire

/// What the service says about a refusal: `message`, `reason` and `remediation`, at the root or under `error`
/// (Control Zero 1.13.16). Bounded and escaped: it is shown to people.
enum ServiceAnswer {
  private static let maxBytes = 64 << 10

  /// - Parameter key: overwritten wherever the service's text contains it, however JSON spells it.
  static func explanation(_ body: [UInt8], without key: borrowing APIKey) -> String? {
    guard body.count <= maxBytes, let document = try? JSONDocument(parsing: body[...], options: .document) else {
      return nil
    }
    let places = [document.root, document.object("error")].compactMap { $0 }
    let keys: [StaticString] = ["message", "reason", "remediation"]
    let parts = keys.compactMap { key in
      places.lazy.compactMap { document.text(key, of: $0) }.first { !$0.isEmpty }
    }
    // After the escapes of JSON are decoded and before the text is cut: half a key is still a part of it.
    let words = key.redacting(Array(parts.joined(separator: "; ").utf8))
    return parts.isEmpty ? nil : DisplayText.escaped(words, limit: 400)
  }

  /// A code of the service's own, such as `FEATURE_NOT_AVAILABLE`.
  static func code(_ body: [UInt8]) -> String? {
    guard body.count <= maxBytes, let document = try? JSONDocument(parsing: body[...], options: .document) else {
      return nil
    }
    return document.text("code") ?? document.object("error").flatMap { document.text("code", of: $0) }
  }
}

/// One part of a YAML text: a scalar, or where something begins or ends.
package struct YAMLEvent {
  package enum Kind {
    case documentStart
    /// What it holds, quotes and escapes resolved.
    case scalar([UInt8], Style)
    /// The anchor that it stands for.
    case alias(String)
    case listStart(isFlow: Bool)
    case mappingStart(isFlow: Bool)
    /// Of a list or a mapping.
    case end
  }

  package enum Style {
    case plain, quoted
    /// Behind `|` or `>`.
    case block
  }

  /// A place, counted from 0 in characters; a byte order mark does not count.
  package struct Mark {
    package let index: Int
    package let line: Int
    package let column: Int
  }

  package let kind: Kind
  package let start: Mark
  package let end: Mark
  package let anchor: String?
  package let tag: String?
  /// Whether a scalar is what it looks like: it is plain, or its tag is `!`, and libyaml then names no tag.
  package let isImplicit: Bool
}

/// Why a text is not YAML.
package struct YAMLProblem {
  /// In libyaml's words, with what to do where that is known.
  package let message: String
  /// From 0.
  package let line: Int
  /// From 0, in characters.
  package let column: Int
}

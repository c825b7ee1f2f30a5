/// A parsing event of a YAML text: a scalar, an alias, or the start or end of a collection or document.
package struct YAMLEvent {
  package enum Kind {
    case documentStart
    /// The content, with quotes and escapes resolved.
    case scalar([UInt8], Style)
    /// The name of the anchor that the alias refers to.
    case alias(String)
    case listStart(isFlow: Bool)
    case mappingStart(isFlow: Bool)
    /// The end of a list or a mapping.
    case end
  }

  package enum Style {
    case plain, quoted
    /// Introduced by `|` or `>`.
    case block
  }

  /// A position, in characters from 0; a byte order mark does not count.
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
  /// Whether the type of a scalar follows from its text: the scalar is plain, or its tag is `!`, which libyaml does not
  /// report.
  package let isImplicit: Bool
}

/// A syntax error in a YAML text.
package struct YAMLProblem {
  /// libyaml's message, followed by advice if there is any.
  package let message: String
  /// Counted from 0.
  package let line: Int
  /// Counted from 0, in characters.
  package let column: Int
}

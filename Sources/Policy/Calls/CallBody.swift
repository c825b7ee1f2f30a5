import Wire

/// The parts of a call, in a class so that a decision copies none of them.
final class CallBody: Sendable {
  let subject: [UInt8]
  let arguments: (document: JSONDocument, node: JSONDocument.Node)?
  /// Nil if the context can't be used.
  let context: ContextMembers?
  /// What the tool's schema says about its arguments; nil if unknown.
  let schema: ArgumentSchema?
  /// The file system that `within` looks at.
  let files: (any FileSystemView)?
  /// Whether arguments are taken by their types, as servers take them, and not only as text.
  let isTypeStrict: Bool
  let candidates: [Candidates.Action]
  /// Why no rule can be consulted.
  let fault: Candidates.Fault?
  /// Overrides the context's own resource.
  let resource: [UInt8]?
  /// The resource is not known yet, so rules for any resource are consulted.
  let isForAnyResource: Bool

  init(
    subject: [UInt8], arguments: (document: JSONDocument, node: JSONDocument.Node)?, context: ContextMembers?,
    schema: ArgumentSchema?, files: (any FileSystemView)?, isTypeStrict: Bool, candidates: [Candidates.Action],
    fault: Candidates.Fault?, resource: [UInt8]?, isForAnyResource: Bool = false
  ) {
    self.subject = subject
    self.arguments = arguments
    self.context = context
    self.schema = schema
    self.files = files
    self.isTypeStrict = isTypeStrict
    self.candidates = candidates
    self.fault = fault
    self.resource = resource
    self.isForAnyResource = isForAnyResource
  }
}

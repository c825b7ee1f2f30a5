import Wire

/// The parts of a call. Shared, so that a decision copies nothing of them.
final class CallBody: Sendable {
  let subject: [UInt8]
  let arguments: (document: JSONDocument, node: JSONDocument.Node)?
  /// Nil for a context that can't be made use of.
  let context: ContextMembers?
  /// What the tool says about its arguments; nil where that is not known.
  let schema: ArgumentSchema?
  /// What `within` looks at.
  let files: (any FileSystemView)?
  /// Arguments are taken by their types, as servers take them, and not as text alone.
  let isTypeStrict: Bool
  let candidates: [Candidates.Action]
  /// Why no rule can be asked.
  let fault: Candidates.Fault?
  /// Overlays the context's own resource.
  let resource: [UInt8]?
  /// The resource is not known yet: rules for any are asked.
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

import DataLoss
import Python
public import Wire

/// A policy, a call and a context in one JSON object: the input of `policy eval` and of comparisons with the SDK.
///
/// Members: `mode` (`hosted`, `hosted-fast` or `local`), `policy` (a payload, a local policy, or the text of one),
/// `tool`, `method`, `args`, `context`, `client_name`, `supports_arg_rewrite`. The context is completed as the SDK completes it.
public struct PolicyCase: Sendable {
  public enum Mode: String, Sendable {
    case hosted
    /// Without a version floor and without a project that is known for certain.
    case hostedFast = "hosted-fast"
    case local
  }

  /// Why a text is not a case.
  public struct Malformed: Error, Equatable, Sendable, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
  }

  public let name: [UInt8]
  public let mode: Mode
  private let document: JSONDocument
  private let policy: JSONDocument.Node
  private let tool: [UInt8]
  private let method: [UInt8]
  /// Whether the caller can replace the arguments with masked ones.
  public let rewritesArguments: Bool

  /// - Parameter json: one JSON object.
  public init(parsing json: ArraySlice<UInt8>) throws(Malformed) {
    let document: JSONDocument
    do {
      document = try JSONDocument(parsing: json, options: .python)
    } catch {
      throw Malformed("not JSON: \(error)")
    }
    let root = document.root
    guard document.kind(of: root) == .object else { throw Malformed("a case must be an object") }
    guard let policy = document.member("policy", of: root) else { throw Malformed("`policy` is missing") }
    guard let tool = document.string("tool") else { throw Malformed("`tool` must be a string") }
    let mode = String(decoding: document.string("mode") ?? Array("hosted".utf8), as: UTF8.self)
    guard let known = Mode(rawValue: mode) else { throw Malformed("`mode` must be hosted, hosted-fast or local") }
    self.document = document
    self.policy = policy
    self.tool = tool
    self.mode = known
    name = document.string("name") ?? []
    method = document.string("method") ?? [UInt8(ascii: "*")]
    rewritesArguments = document.isTrue("supports_arg_rewrite")
  }

  /// The policy's text.
  public var policySource: [UInt8] {
    document.kind(of: policy) == .string ? document.string(policy) ?? [] : Array(document.raw(policy))
  }

  /// Loads the policy.
  public func load() throws(PolicyError) -> Policy {
    let source = policySource
    switch mode {
    case .hosted: return try Policy.load(hosted: source, fileName: "policy")
    case .hostedFast: return try Policy.load(hosted: source, fileName: "policy", ignoresFloor: true)
    case .local:
      let format: PolicyFormat = document.kind(of: policy) == .string ? .yaml : .json
      return try Policy.load(local: source, format: format, fileName: "policy")
    }
  }

  /// Judges the call as the SDK does: masking is only declared.
  public func judge(_ call: Call, by policy: Policy) -> Judgement {
    policy.judge(call, rewrites: rewritesArguments, maskedState: .declared)
  }

  /// The arguments with the edits applied, as JSON; nil if there are no edits.
  public func arguments(with edits: [ByteEdit]) -> [UInt8]? {
    guard !edits.isEmpty, let arguments = document.member("args", of: document.root) else { return nil }
    let range = document.range(of: arguments)
    let moved = edits.map {
      ByteEdit(
        range: $0.range.lowerBound - range.lowerBound..<$0.range.upperBound - range.lowerBound,
        replacement: $0.replacement)
    }
    return ByteEdit.apply(moved, to: document.raw(arguments))
  }

  /// The call, in the context that the SDK would judge it in.
  public func call(for policy: Policy, files: (any FileSystemView)? = nil) -> Call {
    let arguments = document.member("args", of: document.root).flatMap {
      document.kind(of: $0) == .object ? (document, $0) : nil
    }
    return Call(tool: tool, method: method, arguments: arguments, context: context(for: policy), files: files)
  }

  // MARK: Context

  private func context(for policy: Policy) -> Context {
    let given = document.member("context", of: document.root)
    var writer = JSONWriter()
    writer.beginObject()
    if let given {
      for member in document.uniqueMembers(of: given) {
        writer.key(bytes: document.text(member.key))
        writer.raw(document.raw(member.value))
      }
    }
    func isSet(_ key: StaticString) -> Bool {
      given.flatMap { document.member(key, of: $0) }.flatMap { FieldValue($0, in: document) }?.isTruthy ?? false
    }
    // Of a repeated key, the last value counts.
    if !isSet("client_name") {
      writer.string(
        "client_name", bytes: document.member("client_name", of: document.root).map { document.text($0) } ?? Self.sdk)
    }
    if mode == .hosted || !isSet("project_id") {
      writer.string("project_id", mode == .hosted ? policy.projectID ?? "" : "")
    }
    for (key, value) in [("cz_raise_on_deny", false), ("cz_raise_aborts_call", true)] {
      guard given.flatMap({ document.member(named: Array(key.utf8), of: $0) }) == nil else { continue }
      writer.key(bytes: key.utf8)
      writer.boolean(value)
    }
    writer.endObject()
    guard let object = try? JSONDocument(parsing: writer.bytes[...], options: .python) else { return .unreadable }
    return Context(object: object)
  }

  private static let sdk = Array("python-sdk".utf8)[...]
}

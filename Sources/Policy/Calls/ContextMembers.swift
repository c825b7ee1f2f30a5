import Wire

/// The members of a context; those that the evaluator itself uses are already extracted (Control Zero 1.13.16).
final class ContextMembers: Sendable {
  let document: JSONDocument
  /// An object whose members override the context's own.
  let tags: JSONDocument.Node?

  /// A value that must be a string wherever it is used.
  enum Text: Sendable {
    /// Absent, or falsy in Python.
    case none
    case text(ArraySlice<UInt8>)
    /// The SDK stops with an error when it uses this value.
    case unusable
  }

  let clientName: Text
  let projectID: Text
  let resource: Text
  /// A complete action that stands for what the call does.
  let semanticAction: Text
  /// The host's name for the tool.
  let hostTool: ArraySlice<UInt8>?
  /// The caller, if it is one of the SDK's own commands.
  let origin: Origin
  /// The policy file is not what was signed.
  let isTampered: Bool

  /// The entry points of the SDK.
  enum Origin: Sendable {
    case guardCall
    case hook
    case commandLine
    case unknown

    /// Calls from these entry points are denied unless they carry the host's name for the tool.
    var needsHostTool: Bool { self == .hook || self == .commandLine }

    /// The context keys that the SDK itself adds and that older versions of it did not.
    var hiddenKeys: HiddenKeys {
      switch self {
      case .guardCall: []
      case .hook: [.origin]
      case .commandLine, .unknown: [.origin, .hostTool]
      }
    }
  }

  /// Whether a key says who calls, as `--user`, `--group`, `--agent` and the like do.
  static func isAboutCaller(_ key: [UInt8]) -> Bool {
    let names: [StaticString] = ["user_id", "user_group", "agent_id", "client_name", "project_id"]
    return names.contains { $0.hasBytes(key.span) }
  }

  struct HiddenKeys: OptionSet, Sendable {
    let rawValue: UInt8
    static let origin = HiddenKeys(rawValue: 1 << 0)
    static let hostTool = HiddenKeys(rawValue: 1 << 1)

    func contain(_ key: [UInt8]) -> Bool {
      (contains(.origin) && key.elementsEqual("subject_origin".utf8))
        || (contains(.hostTool) && key.elementsEqual("host_tool_name".utf8))
    }
  }

  init(_ document: JSONDocument) {
    self.document = document
    let root = document.root
    func value(_ key: StaticString) -> FieldValue? {
      document.member(key, of: root).flatMap { FieldValue($0, in: document) }
    }
    func text(_ key: StaticString) -> Text {
      guard let value = value(key), value.isTruthy else { return .none }
      if case .text(let text) = value { return .text(text) }
      return .unusable
    }
    let tags = document.member("tags", of: root)
    self.tags = tags.flatMap { document.kind(of: $0) == .object ? $0 : nil }
    clientName = text("client_name")
    projectID = text("project_id")
    resource = text("resource")
    semanticAction = text("action_semantic_class")
    hostTool = if case .text(let name) = text("host_tool_name") { name } else { nil }
    switch value("subject_origin") {
    case nil:
      origin = .guardCall
    case .text(let name)?:
      switch String(decoding: name, as: UTF8.self) {
      case "sdk_guard", "internal": origin = .guardCall
      case "hook_check": origin = .hook
      case "cli_test", "debug_bundle": origin = .commandLine
      default: origin = .unknown
      }
    default:
      origin = .unknown
    }
    isTampered = value("tamper_detected")?.isTruthy ?? false
  }
}

import Wire

/// The members of one server's entry, independent of the file format.
struct ServerSource: Sendable {
  /// A value in the file.
  struct Value: Sendable {
    let range: Range<Int>
    /// The content of a string; nil for any other value.
    let text: String?
  }

  /// The value of `type`; nil if there is none.
  var type: String?
  /// Whether a member holds a URL; an empty one does not count.
  var hasURL = false
  /// The names of the environment variables that the host sets.
  var variables: [String] = []
  /// Whether the host also sets variables that are defined elsewhere.
  var hasVariablesElsewhere = false
  var command: Value?
  /// The elements of a `command` that is a list: the program and its first arguments; nil for any other `command`.
  var commandElements: [Value]?
  /// Whether the host splits a command into words as a shell does.
  var splitsCommand = false
  var arguments: Range<Int>?
  /// The elements of `args`; nil if `args` is not a list.
  var elements: [Value]? = []
  /// The offset after the colon of `args`; nil unless `args` is a YAML block list.
  var argumentsColon: Int?
  /// Whether `command` is a YAML block list.
  var commandHasDashes = false
  /// The text to insert after a command that has no `args`. The space after the bracket marks the list as added by
  /// `wrap`, so that `unwrap` removes it again.
  var missingArguments: [UInt8] = []
  /// Whether the server is part of the host.
  var isBuiltIn = false
  /// The reason why the entry can't be used; nil if it can.
  var problem: String?

  /// Whether a host that ignores the case of keys, as hosts written in Go do, would read this key as one that decides what
  /// the host starts.
  static func isLookAlike(_ key: ArraySlice<UInt8>) -> Bool {
    let names: [StaticString] = ["command", "args", "env", "environment", "url", "serverUrl", "httpUrl"]
    return names.contains { LookAlike.isLookAlike(key, of: $0) }
  }

  /// The same for the keys of members that hold servers.
  static func isGroupLookAlike(_ key: ArraySlice<UInt8>) -> Bool {
    let names: [StaticString] = ["mcpServers", "mcp_servers", "mcp"]
    return names.contains { LookAlike.isLookAlike(key, of: $0) }
  }

  /// The message about such a key.
  static func lookAlike(_ key: ArraySlice<UInt8>) -> String {
    "some hosts take its key `\(DisplayText.escaped(key))` for another one"
  }

  static let urlKeys = ["url", "serverUrl", "httpUrl", "uri"]
}

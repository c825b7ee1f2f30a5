import Wire

/// What stands in a file about one server, whatever the file's format.
struct ServerSource: Sendable {
  /// A value, as far as it matters here.
  struct Value: Sendable {
    let range: Range<Int>
    /// What a string holds; nil for any other value.
    let text: String?
  }

  /// `type`, where it is a string.
  var type: String?
  /// Whether there is a member that says where the server is on the network; one that is empty says nothing.
  var hasURL = false
  /// The names of what the host puts into the environment.
  var variables: [String] = []
  /// Whether more of them stand in a file of their own.
  var hasVariablesElsewhere = false
  var command: Value?
  /// Of a command that is a list, program and first arguments together; nil for any other.
  var commandElements: [Value]?
  /// Whether the host divides a command into words as a shell does.
  var splitsCommand = false
  var arguments: Range<Int>?
  /// Of `args`; nil where it is no list.
  var elements: [Value]? = []
  /// Behind the colon of `args`, where its elements stand behind dashes, each on its line.
  var argumentsColon: Int?
  /// Whether the elements of a command that is a list stand so.
  var commandHasDashes = false
  /// What is written between a command and its arguments where there were none. A space on one side of the list is a form
  /// that no list has that was there before, so that this one can be taken away again.
  var missingArguments: [UInt8] = []
  /// Whether it is a part of the host.
  var isBuiltIn = false
  /// Why none of this is to be used.
  var problem: String?

  /// Whether hosts that don't mind the case of keys, like those that are written in Go, take a key for one that decides
  /// what is started.
  static func isLookAlike(_ key: ArraySlice<UInt8>) -> Bool {
    let names: [StaticString] = ["command", "args", "env", "environment", "url", "serverUrl", "httpUrl"]
    return names.contains { LookAlike.isLookAlike(key, of: $0) }
  }

  /// The same for what holds the servers.
  static func isGroupLookAlike(_ key: ArraySlice<UInt8>) -> Bool {
    let names: [StaticString] = ["mcpServers", "mcp_servers", "mcp"]
    return names.contains { LookAlike.isLookAlike(key, of: $0) }
  }

  /// What is said of such a key.
  static func lookAlike(_ key: ArraySlice<UInt8>) -> String {
    "some hosts take its key `\(DisplayText.escaped(key))` for another one"
  }

  static let urlKeys = ["url", "serverUrl", "httpUrl", "uri"]
}

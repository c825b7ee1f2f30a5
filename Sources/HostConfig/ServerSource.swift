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
  /// Where the key of `command` begins.
  var commandKey: Int?
  var command: Value?
  /// Of a command that is a list, program and first arguments together; nil for any other.
  var commandElements: [Value]?
  /// Whether the host divides a command into words as a shell does.
  var splitsCommand = false
  var arguments: Range<Int>?
  /// Of `args`; nil where it is no list.
  var elements: [Value]? = []
  /// Why none of this is to be used.
  var problem: String?

  static let urlKeys = ["url", "serverUrl", "httpUrl"]
}

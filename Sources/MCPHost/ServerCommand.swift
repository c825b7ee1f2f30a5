/// How to start a server.
public struct ServerCommand: Sendable, Equatable {
  /// The program, found by PATH, and its arguments.
  public var words: [String]
  /// Added to the environment of this process.
  public var environment: [String: String]
  /// The working directory; nil for that of this process.
  public var directory: String?
  /// Variables of this process that the server does not get, unless ``environment`` names them.
  public var withheld: Set<String>

  /// Every text that is handed to the system.
  var texts: [String] {
    words + environment.flatMap { [$0.key, $0.value] } + (directory.map { [$0] } ?? [])
  }

  public init(
    _ words: [String], environment: [String: String] = [:], directory: String? = nil, withheld: Set<String> = []
  ) {
    self.words = words
    self.environment = environment
    self.directory = directory
    self.withheld = withheld
  }
}

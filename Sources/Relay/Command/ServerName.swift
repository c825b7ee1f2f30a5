internal import Wire

/// The name that a policy knows the server by: the part of a subject before its colon.
///
/// 1 to 128 letters, digits, `.`, `_` and `-`: no byte that means something in a subject, a pattern or a URI.
public struct ServerName: Hashable, Sendable, CustomStringConvertible {
  public let bytes: [UInt8]

  public init?(_ name: String) {
    let bytes = Array(name.utf8)
    guard (1...128).contains(bytes.count), bytes.allSatisfy(Self.isAllowed) else { return nil }
    self.bytes = bytes
  }

  /// A name derived from the command that starts the server: its last path component, without what a name can't hold.
  ///
  /// For a launcher (`npx`, `uvx`, `python -m`, …) the first argument that is not an option says more than the
  /// launcher; assignments and scripts say too much.
  public init(derivedFrom command: [String]) {
    let launchers: Set<String> = ["npx", "uvx", "uv", "pipx", "bunx", "node", "python", "python3", "env", "sh", "bash"]
    let program = Self.lastComponent(of: command.first ?? "")
    let told = launchers.contains(program) ? command.dropFirst().first(where: Self.isTelling) : nil
    let name = told.map(Self.lastComponent) ?? program
    let kept = name.utf8.map { Self.isAllowed($0) ? $0 : UInt8(ascii: "-") }.prefix(128)
    bytes = kept.isEmpty ? Array("server".utf8) : Array(kept)
  }

  private static func lastComponent(of path: String) -> String {
    path.utf8.split(separator: UInt8(ascii: "/")).last.map { String($0) ?? "" } ?? ""
  }

  /// Whether an argument is a single word, and neither an option nor an assignment.
  private static func isTelling(_ argument: String) -> Bool {
    !argument.utf8.starts(with: "-".utf8) && argument.utf8.allSatisfy { $0 > 0x20 && $0 != UInt8(ascii: "=") }
  }

  public var description: String { String(decoding: bytes, as: UTF8.self) }

  /// The form of a name, for messages.
  public static let requirement = "1 to 128 letters, digits, `.`, `_` and `-`"

  public static func isAllowed(_ byte: UInt8) -> Bool {
    byte.isLetter || byte.isDigit || "._-".utf8.contains(byte)
  }
}

/// What `within` needs to know of the file system of the tools that are judged. It is asked while a call is judged.
public protocol FileSystemView: Sendable {
  /// Absolute; what `~` stands for. Nil where it is not known.
  var homeDirectory: [UInt8]? { get }

  /// Where a symbolic link points to; nil for what is no link, does not exist or can't be looked at.
  ///
  /// - Parameter path: absolute, its directories free of links.
  func linkTarget(of path: [UInt8]) -> [UInt8]?
}

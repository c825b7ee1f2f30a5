/// What `within` needs to know about the file system of the governed tools. It is consulted while a call is judged.
public protocol FileSystemView: Sendable {
  /// The absolute path that `~` stands for; nil if unknown.
  var homeDirectory: [UInt8]? { get }

  /// The target of a symbolic link; nil if the path is not a link, does not exist or can't be read.
  ///
  /// - Parameter path: absolute; its directories are free of links.
  func linkTarget(of path: [UInt8]) -> [UInt8]?
}

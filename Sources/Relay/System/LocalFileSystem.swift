internal import Platform
public import Policy

/// The file system of this machine, as `within` sees it.
public struct LocalFileSystem: FileSystemView {
  public let homeDirectory: [UInt8]?

  public init() {
    homeDirectory = Environment.value("HOME").map { Array($0.utf8) }
  }

  public func linkTarget(of path: [UInt8]) -> [UInt8]? {
    guard !path.contains(0) else { return nil }
    var target = [CChar](repeating: 0, count: Int(PATH_MAX))
    let length = unsafe readlink(path.map { CChar(bitPattern: $0) } + [0], &target, target.count)
    return length > 0 ? target.prefix(length).map { UInt8(bitPattern: $0) } : nil
  }
}

import Foundation
import Testing

/// The language-neutral vectors: each file is one text, and its folder names the expectation.
struct Vector: Sendable, CustomTestStringConvertible {
  let name: String
  let expectation: String
  let bytes: [UInt8]

  var testDescription: String { "\(expectation)/\(name)" }

  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Testdata/wire")

  /// All files beneath a folder; the name of each file's own folder is the expectation.
  static func all(_ folder: String) -> [Vector] {
    let directory = root.appendingPathComponent(folder)
    let paths =
      FileManager.default.enumerator(at: directory, includingPropertiesForKeys: nil)?.allObjects as? [URL] ?? []
    return paths.filter { $0.pathExtension == "json" }.sorted { $0.path < $1.path }.compactMap { path in
      guard let data = try? Data(contentsOf: path) else { return nil }
      return Vector(
        name: path.deletingPathExtension().lastPathComponent,
        expectation: path.deletingLastPathComponent().lastPathComponent, bytes: [UInt8](data))
    }
  }
}

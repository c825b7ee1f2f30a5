internal import Wire

/// The tools that a service's bootstrap answer lists: `tools`, each a name or an object with a `name`.
///
/// Only names are read: what a service says is never executed.
enum SessionTools {
  static func names(in json: [UInt8]) -> [[UInt8]] {
    guard let document = try? JSONDocument(parsing: json[...], options: .document),
      let tools = document.member("tools", of: document.root)
    else { return [] }
    return document.elements(of: tools).compactMap { node in
      document.string(node) ?? document.string("name", of: node)
    }
  }
}

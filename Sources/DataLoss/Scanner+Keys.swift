public import Wire

extension Scanner {
  /// The keys of an object that hold what is looked for, and that records therefore don't name. Where that can't be
  /// told, all of them.
  public func sensitiveKeys(of object: JSONDocument.Node, in document: JSONDocument) -> Set<[UInt8]> {
    let keys = document.members(of: object).map { Array(document.text($0.key)) }
    // Most often none is, which one look at all of them tells.
    guard holds(Array(keys.joined(separator: [UInt8(ascii: "\n")]))) else { return [] }
    return Set(keys.filter(holds))
  }

  private func holds(_ text: [UInt8]) -> Bool {
    do throws(Failure) {
      return try !matches(in: text.span).isEmpty
    } catch {
      return true
    }
  }
}

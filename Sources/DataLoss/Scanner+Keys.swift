public import Wire

extension Scanner {
  /// Bytes of an object's keys, together, that are looked through.
  public static let maxKeyBytes = 256 << 10

  /// The keys of an object that hold what is looked for, and that records therefore don't name. Where that can't be
  /// told, all of them.
  ///
  /// Of keys of more than ``maxKeyBytes`` together it isn't told: no tool has such arguments, and a scan would keep the
  /// session's other calls waiting.
  public func sensitiveKeys(of object: JSONDocument.Node, in document: JSONDocument) -> Set<[UInt8]> {
    let keys = document.members(of: object).map { Array(document.text($0.key)) }
    guard keys.reduce(0, { $0 + $1.count }) <= Self.maxKeyBytes else { return Set(keys) }
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

public import Wire

extension Scanner {
  /// The maximum total bytes of an object's keys that are examined.
  public static let maxKeyBytes = 256 << 10

  /// The keys of an object that contain a match, which records therefore don't name; all of them in doubt.
  ///
  /// Keys of more than ``maxKeyBytes`` in total are not examined: no tool has such arguments, and a scan would keep the
  /// session's other calls waiting.
  public func sensitiveKeys(of object: JSONDocument.Node, in document: JSONDocument) -> Set<[UInt8]> {
    let keys = document.members(of: object).map { Array(document.text($0.key)) }
    guard keys.reduce(0, { $0 + $1.count }) <= Self.maxKeyBytes else { return Set(keys) }
    // Mostly no key does, which one scan of all of them shows.
    guard holds(Array(keys.joined(separator: [UInt8(ascii: "\n")]))) else { return [] }
    return Set(keys.filter(holds))
  }

  /// The members of an object, at any depth, whose names hold what a rule masks or blocks; all of them in doubt.
  public func protectedMembers(of object: JSONDocument.Node, in document: JSONDocument) -> Set<JSONDocument.Node> {
    guard protects else { return [] }
    var members: [(key: ArraySlice<UInt8>, value: JSONDocument.Node)] = []
    func add(_ node: JSONDocument.Node) {
      for (key, value) in document.members(of: node) {
        members.append((document.text(key), value))
        add(value)
      }
      for element in document.elements(of: node) { add(element) }
    }
    add(object)
    let count = members.reduce(0) { $0 + $1.key.count }
    guard count <= ArgumentScanner.defaultMaxBytes else { return Set(members.map(\.value)) }
    guard holdsProtected(Array(members.map(\.key).joined(separator: [UInt8(ascii: "\n")]))) else { return [] }
    return Set(members.filter { holdsProtected(Array($0.key)) }.map(\.value))
  }

  private func holds(_ text: [UInt8]) -> Bool {
    do throws(Failure) {
      return try !matches(in: text.span).isEmpty
    } catch {
      return true
    }
  }

  private func holdsProtected(_ text: [UInt8]) -> Bool { protectedRanges(in: text)?.isEmpty != true }

  /// The ranges of a text that rules match that mask or block; nil if that can't be determined.
  func protectedRanges(in text: [UInt8]) -> [Range<Int>]? {
    guard let matches = try? matches(in: text.span) else { return nil }
    return matches.filter { detectors[$0.detector].rule.action != .detect && !$0.range.isEmpty }.map(\.range)
  }
}

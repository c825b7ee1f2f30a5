import Digest
import Wire

/// The chain that ties each row of a segment to the one before it (Control Zero 1.13.16, local audit log).
public struct HashChain: Sendable, Equatable {
  /// The number of the last row; the first has 1.
  public private(set) var sequence: Int
  /// The hash of the last row; before the first, the segment's anchor. 64 hexadecimal digits.
  public private(set) var hash: String

  public init(sequence: Int = 0, hash: String) {
    self.sequence = sequence
    self.hash = hash
  }

  /// The row of a record, with its place in the chain and its LF, and the chain once it is written.
  public func sealing(_ record: AuditRecord) throws(AuditError) -> (row: [UInt8], next: HashChain) {
    var record = record
    record.integer("chain_seq", sequence + 1)
    record.string("prev_hash", hash)
    let hash = SHA256.hexadecimal(of: try CanonicalRow.bytes(of: record))
    record.string("entry_hash", hash)
    var text = record.openText
    text.append(UInt8(ascii: "}"))
    text.append(UInt8(ascii: "\n"))
    return (text, HashChain(sequence: sequence + 1, hash: hash))
  }

  /// The hash of a row, whose own `entry_hash` does not take part.
  static func entryHash(of row: JSONDocument) -> String {
    SHA256.hexadecimal(of: CanonicalRow.bytes(of: row, excluding: "entry_hash"))
  }
}

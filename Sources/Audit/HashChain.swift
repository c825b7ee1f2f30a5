import Digest
import Wire

/// The chain that ties each row of a segment to the one before it (Control Zero 1.13.16, local audit log).
public struct HashChain: Sendable {
  /// The number of the last row; the first has 1.
  public private(set) var sequence: Int
  /// The hash of the last row; before the first, the segment's anchor. 64 hexadecimal digits.
  public private(set) var hash: String
  private var forms = CanonicalForms()

  public init(sequence: Int = 0, hash: String) {
    self.sequence = sequence
    self.hash = hash
  }

  /// The row of a record, with its place in the chain and its LF. The record becomes the chain's last one, except after
  /// an error.
  public mutating func seal(_ record: consuming AuditRecord) throws(AuditError) -> [UInt8] {
    record.integer("chain_seq", sequence + 1)
    record.string("prev_hash", hash)
    let canonical = try forms.bytes(of: record)
    sequence += 1
    hash = SHA256.hexadecimal(of: canonical)
    record.string("entry_hash", hash)
    return record.line()
  }

  /// The hash of a row, without its own `entry_hash`.
  static func entryHash(of row: JSONDocument) -> String {
    SHA256.hexadecimal(of: CanonicalRow.bytes(of: row, excluding: "entry_hash"))
  }
}

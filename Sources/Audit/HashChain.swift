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
    var text = record.openText
    text += Array(", \"chain_seq\": \(sequence + 1), \"prev_hash\": \"\(hash)\"".utf8)
    let hash = try Self.entryHash(of: text + [UInt8(ascii: "}")])
    text += Array(", \"entry_hash\": \"\(hash)\"}\n".utf8)
    return (text, HashChain(sequence: sequence + 1, hash: hash))
  }

  /// The hash of a row, whose own `entry_hash` does not take part.
  private static func entryHash(of row: [UInt8]) throws(AuditError) -> String {
    do {
      return entryHash(of: try JSONDocument(parsing: row[...]))
    } catch {
      throw AuditError(.encoding, path: "", detail: error.description)
    }
  }

  static func entryHash(of row: JSONDocument) -> String {
    SHA256.hexadecimal(of: CanonicalRow.bytes(of: row, excluding: "entry_hash"))
  }
}

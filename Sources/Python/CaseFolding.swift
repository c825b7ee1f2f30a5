/// Full Unicode case folding, as Python 3.11's `str.casefold`.
package enum CaseFolding {
  /// The folded form of UTF-8 text; bytes that are not UTF-8 stay as they are.
  ///
  /// - Parameter limit: how many characters of the result matter; those after them may be missing.
  package static func folded(_ bytes: some Collection<UInt8>, limit: Int = .max) -> [UInt8] {
    // No character takes more than four bytes.
    let count = limit < bytes.count / 4 ? limit * 4 : bytes.count
    let result = bytes.withContiguousStorageIfAvailable { (buffer) -> [UInt8] in
      // SAFETY: the span does not outlive the buffer.
      foldedBytes(unsafe Span(_unsafeElements: UnsafeBufferPointer(rebasing: buffer.prefix(count))))
    }
    return result ?? foldedBytes(Array(bytes.prefix(count)).span)
  }

  private static func foldedBytes(_ bytes: Span<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    for index in bytes.indices {
      let byte = bytes[index]
      guard byte < 0x80 else { return foldedScalars(bytes) }
      result.append(asciiFolded(byte))
    }
    return result
  }

  private static func foldedScalars(_ bytes: Span<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var offset = 0
    while offset < bytes.count {
      let (scalar, length) = UTF8Scalars.scalar(in: bytes, at: offset)
      append(scalar, to: &result)
      offset += length
    }
    return result
  }

  @inlinable
  @inline(__always)
  package static func asciiFolded(_ byte: UInt8) -> UInt8 {
    byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte
  }

  private static func append(_ scalar: UInt32, to result: inout [UInt8]) {
    if let run = run(of: scalar) {
      UTF8Scalars.append(UInt32(bitPattern: Int32(bitPattern: scalar) + run.distance), to: &result)
    } else if let expansion = expansions.first(where: { $0.scalar == scalar }) {
      for part in expansion.folded { UTF8Scalars.append(part, to: &result) }
    } else if scalar < 0x80 {
      result.append(asciiFolded(UInt8(truncatingIfNeeded: scalar)))
    } else {
      UTF8Scalars.append(scalar, to: &result)
    }
  }

  private static func run(of scalar: UInt32) -> (first: UInt32, last: UInt32, step: UInt32, distance: Int32)? {
    var low = 0
    var high = runs.count
    while low < high {
      let middle = (low + high) / 2
      if runs[middle].last < scalar { low = middle + 1 } else { high = middle }
    }
    guard low < runs.count, runs[low].first <= scalar, (scalar - runs[low].first) % runs[low].step == 0 else {
      return nil
    }
    return runs[low]
  }
}

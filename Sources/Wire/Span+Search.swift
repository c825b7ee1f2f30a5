private import CShims

extension Span<UInt8> {
  /// The index of the first `byte` in a range; nil if there is none.
  package func firstIndex(of byte: UInt8, in stretch: Range<Int>) -> Int? {
    precondition(stretch.lowerBound >= 0 && stretch.upperBound <= count)
    // SAFETY: the stretch was checked to lie within the bytes.
    let place = unsafe withUnsafeBufferPointer { bytes in
      unsafe bytes.baseAddress.map { unsafe cz_find_byte($0, stretch.lowerBound, stretch.upperBound, byte) } ?? -1
    }
    return place < 0 ? nil : place
  }

  /// Skips bytes that stand for themselves in a JSON string, from `start` to the first other one, or to one of the last
  /// fifteen bytes.
  @inline(__always)
  func skipPlainBytes(from start: Int) -> Int {
    precondition(start >= 0 && start <= count)
    // SAFETY: the function reads from `start`, which was checked, to the end of the bytes.
    return unsafe withUnsafeBufferPointer { bytes in
      unsafe bytes.baseAddress.map { unsafe cz_skip_plain($0, start, bytes.count) } ?? start
    }
  }
}

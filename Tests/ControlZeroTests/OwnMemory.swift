import Foundation

#if os(Linux)
  /// Searches the memory of this process.
  enum OwnMemory {
    private static let capacity = 4 << 20

    /// Occurrences of a text in all memory that is not mapped from a file, freed memory among it.
    ///
    /// Nothing is allocated where the text might have stood. It is given with one added to each byte, so as not to be
    /// found in itself.
    static func occurrences(ofShifted shifted: [UInt8]) throws -> Int {
      let space = unsafe mmap(nil, 2 * capacity, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
      guard let space = unsafe space, unsafe space != MAP_FAILED else { throw POSIXError(.ENOMEM) }
      defer { unsafe munmap(space, 2 * capacity) }
      // What is looked through is copied here, and must not be found here.
      let own = UInt(bitPattern: space)..<UInt(bitPattern: space) + UInt(2 * capacity)
      let file = unsafe open("/proc/self/mem", O_RDONLY)
      guard file >= 0 else { throw POSIXError(.EACCES) }
      defer { close(file) }
      let maps = try unsafe readMaps(into: UnsafeMutableRawBufferPointer(start: space + capacity, count: capacity))
      var found = 0
      var rest = unsafe maps[...]
      while let end = unsafe rest.firstIndex(of: UInt8(ascii: "\n")) {
        let line = unsafe rest[..<end]
        unsafe rest = rest[(end + 1)...]
        guard var range = unsafe area(of: line) else { continue }
        while !range.isEmpty {
          let part = range.prefix(capacity)
          range = range.dropFirst(capacity)
          guard !part.overlaps(own) else { continue }
          let count = unsafe pread(file, space, part.count, off_t(part.lowerBound))
          found += unsafe occurrences(
            ofShifted: shifted, in: UnsafeRawBufferPointer(start: space, count: max(count, 0)))
        }
      }
      return found
    }

    /// The list of mappings, which comes in parts.
    private static func readMaps(into space: UnsafeMutableRawBufferPointer) throws -> UnsafeRawBufferPointer {
      let file = unsafe open("/proc/self/maps", O_RDONLY)
      guard file >= 0 else { throw POSIXError(.EACCES) }
      defer { close(file) }
      var count = 0
      while true {
        let more = unsafe read(file, space.baseAddress.map { unsafe $0 + count }, space.count - count)
        guard more > 0 else { return unsafe UnsafeRawBufferPointer(rebasing: space[..<count]) }
        count += more
      }
    }

    /// The addresses of a mapping that can be read, and is of no file: `START-END r… …`, in hexadecimal. A key stands
    /// where nothing can be written.
    private static func area(of line: Slice<UnsafeRawBufferPointer>) -> Range<UInt>? {
      guard unsafe !line.contains(UInt8(ascii: "/")) else { return nil }
      var ends: (UInt, UInt) = (0, 0)
      var place = unsafe line.startIndex
      for isSecond in [false, true] {
        while unsafe place < line.endIndex, let digit = unsafe Character(Unicode.Scalar(line[place])).hexDigitValue {
          if isSecond { ends.1 = ends.1 << 4 | UInt(digit) } else { ends.0 = ends.0 << 4 | UInt(digit) }
          place += 1
        }
        place += 1
      }
      return unsafe line[place...].starts(with: "r".utf8) ? ends.0..<ends.1 : nil
    }

    private static func occurrences(ofShifted shifted: [UInt8], in bytes: UnsafeRawBufferPointer) -> Int {
      var found = 0
      for place in 0..<max(0, bytes.count - shifted.count + 1) {
        var matched = 0
        while matched < shifted.count, unsafe bytes[place + matched] == shifted[matched] &- 1 { matched += 1 }
        if matched == shifted.count { found += 1 }
      }
      return found
    }
  }
#endif

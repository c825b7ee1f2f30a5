import Testing

@testable import DataLoss

/// Searching for runs by whole words finds the same runs as looking at each byte.
struct ByteClassesTests {
  private static func holds(_ kind: ByteClasses.Kind, _ byte: UInt8) -> Bool {
    let isDigit = (0x30...0x39).contains(byte)
    let isCapital = (0x41...0x5a).contains(byte)
    return switch kind {
    case .digits: isDigit
    case .capitals: isDigit || isCapital
    case .tokens: isDigit || isCapital || (0x61...0x7a).contains(byte) || "+-./=_~".utf8.contains(byte)
    case .dashed: isDigit || "-.".utf8.contains(byte)
    case .marks: isDigit || isCapital || "-.:=_z".utf8.contains(byte)
    case .grouped:
      isDigit || (0x09...0x0d).contains(byte) || (0x1c...0x20).contains(byte) || "()+-".utf8.contains(byte)
    }
  }

  @Test(arguments: ByteClasses.Kind.allCases)
  func `every byte is of its kinds`(kind: ByteClasses.Kind) {
    for byte in UInt8.min...UInt8.max {
      let classes = ByteClasses([0, byte, 0].span)
      #expect((classes.nextRun(of: kind, atLeast: 1, from: 0) == 1..<2) == Self.holds(kind, byte), "\(byte)")
      #expect(classes.isASCII == (byte < 0x80))
    }
  }

  @Test(arguments: ByteClasses.Kind.allCases)
  func `runs are where they are`(kind: ByteClasses.Kind) throws {
    let alphabets = ["0", "0a", "000000000000000 ", "0Z (", "\u{e9}0", "A0/x\t"].map { Array($0.utf8) }
    var generator = SystemRandomNumberGenerator()
    for round in 0..<400 {
      let alphabet = try #require(alphabets.randomElement(using: &generator))
      let text = try (0..<round).map { _ in try #require(alphabet.randomElement(using: &generator)) }
      let classes = ByteClasses(text.span)
      let isOf = text.map { Self.holds(kind, $0) }
      var runs: [Range<Int>] = []
      for (place, holds) in isOf.enumerated() where holds {
        if let last = runs.last, last.upperBound == place {
          runs[runs.count - 1] = last.lowerBound..<place + 1
        } else {
          runs.append(place..<place + 1)
        }
      }
      let longest = runs.map(\.count).max() ?? 0
      for least in 1...64 { #expect(classes.hasRun(of: kind, atLeast: least) == (longest >= least)) }
      for least in [1, 2, 7, 15, 26, 63, 64, 65, 130] {
        var found: [Range<Int>] = []
        while let run = classes.nextRun(of: kind, atLeast: least, from: found.last?.upperBound ?? 0) {
          found.append(run)
        }
        #expect(found == runs.filter { $0.count >= least })
      }
      for run in runs { #expect(classes.count(kind, in: run) == run.count) }
      guard !text.isEmpty else { continue }
      let start = Int.random(in: 0..<text.count, using: &generator)
      let range = start..<Int.random(in: start + 1...text.count, using: &generator)
      #expect(classes.count(kind, in: range) == isOf[range].count { $0 })
    }
  }
}

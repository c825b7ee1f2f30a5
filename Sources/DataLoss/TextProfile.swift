import Python

/// What one pass over a text tells about it: which literals occur, and how long its runs are.
struct TextProfile: Sendable {
  /// Those that occur.
  private(set) var literals = LiteralSet.zero
  /// For each kind of run, the most bytes that one counts; exact up to ``chunk``.
  private(set) var runs = SIMD8<Int16>(repeating: 0)

  /// How many bytes are looked at before the counters are kept from overflowing.
  private static let chunk = 8192

  init(_ text: Span<UInt8>) {
    let tables = ProfileTables.shared
    var state = State()
    var offset = 0
    while offset < text.count {
      let end = min(offset + Self.chunk, text.count)
      while offset < end {
        let byte = text[offset]
        if byte < 0x80 {
          state.take(byte, tables)
          offset += 1
        } else {
          let (scalar, length) = UTF8Scalars.scalar(in: text, at: offset)
          state.take(ProfileTables.standIn(for: scalar), tables)
          offset += length
        }
      }
      state.clamp(to: Int16(Self.chunk))
    }
    // What stands before the end may be the last byte of a short literal.
    for _ in 0..<3 { state.take(ProfileTables.nothing, tables) }
    literals = state.found
    runs = state.most
  }

  private struct State {
    private var first = LiteralSet.zero
    private var second = LiteralSet.zero
    private var third = LiteralSet.zero
    var found = LiteralSet.zero
    private var run = SIMD8<Int16>(repeating: 0)
    var most = SIMD8<Int16>(repeating: 0)

    @inline(__always)
    mutating func take(_ byte: UInt8, _ tables: ProfileTables) {
      let place = Int(byte)
      let fourth = third & tables.literals[3][place]
      third = second & tables.literals[2][place]
      second = first & tables.literals[1][place]
      first = tables.literals[0][place]
      found |= fourth
      run = (run &+ tables.counted[place]) & tables.kept[place]
      most = most.replacing(with: run, where: run .> most)
    }

    mutating func clamp(to limit: Int16) { run = pointwiseMin(run, SIMD8(repeating: limit)) }
  }
}

/// The tables of the pass. A class, so that a pass copies nothing of them.
final class ProfileTables: Sendable {
  static let shared = ProfileTables()

  /// Stands for a digit of another script, which `\d` matches too.
  static let otherDigit: UInt8 = 0x80
  /// Stands for white space beyond ASCII.
  static let otherSpace: UInt8 = 0x81
  /// Stands for everything that no run holds.
  static let nothing: UInt8 = 0xff

  /// For each place within a literal and each byte, the literals that have the byte there, or are shorter.
  let literals: [[LiteralSet]]
  let counted: [SIMD8<Int16>]
  let kept: [SIMD8<Int16>]

  private init() {
    var literals = [[LiteralSet]](repeating: [LiteralSet](repeating: .zero, count: 256), count: 4)
    for (number, literal) in LiteralTable.literals.enumerated() {
      let bytes = Array(literal.utf8)
      for place in 0..<4 {
        if place < bytes.count {
          literals[place][Int(bytes[place])] |= LiteralTable.bit(number)
        } else {
          for byte in 0..<256 { literals[place][byte] |= LiteralTable.bit(number) }
        }
      }
    }
    self.literals = literals
    var counted = [SIMD8<Int16>](repeating: .zero, count: 256)
    var kept = counted
    for byte in 0..<256 {
      for lane in 0..<8 {
        guard let run = Requirement.Run(rawValue: lane) else { continue }
        let isOtherDigit = byte == Int(Self.otherDigit)
        let isOtherSpace = byte == Int(Self.otherSpace) && run == .groupedDigits
        let ascii = byte < 0x80 ? UInt8(byte) : Self.nothing
        if isOtherDigit || run.counts(ascii) { counted[byte][lane] = 1 }
        if isOtherDigit || isOtherSpace || run.keeps(ascii) { kept[byte][lane] = -1 }
      }
    }
    self.counted = counted
    self.kept = kept
  }

  /// Whether a byte, or what stands for a character, counts in a kind of run, and whether it is kept in one.
  static func takes(_ byte: UInt8, lane: Int) -> (counts: Bool, keeps: Bool) {
    (shared.counted[Int(byte)][lane] != 0, shared.kept[Int(byte)][lane] != 0)
  }

  static func standIn(for scalar: UInt32) -> UInt8 {
    switch scalar {
    // Han, Hangul and Latin letters, the most frequent ones by far.
    case 0x4e00...0x9fff, 0xac00...0xd7a3, 0xc0...0x24f: return nothing
    default: break
    }
    if PythonSpace.isSpace(scalar) { return otherSpace }
    guard let scalar = Unicode.Scalar(scalar) else { return nothing }
    return scalar.properties.generalCategory == .decimalNumber ? otherDigit : nothing
  }
}

/// A bit for each literal.
typealias LiteralSet = SIMD2<UInt64>

/// The literals that detectors ask for, numbered.
enum LiteralTable {
  static let literals: [String] = {
    var literals: [String] = []
    for case .literal(let texts, _) in (BuiltinDetectors.all + CredentialDetectors.all).map(\.requirement) {
      for text in texts where !literals.contains(text) { literals.append(text) }
    }
    precondition(literals.count <= 128 && literals.allSatisfy { (1...4).contains($0.utf8.count) })
    return literals
  }()

  static func bit(_ number: Int) -> LiteralSet {
    var set = LiteralSet.zero
    set[number / 64] = 1 << UInt64(number % 64)
    return set
  }

  /// The bits of some literals, all of them in the table.
  static func set(of texts: [String]) -> LiteralSet {
    texts.reduce(.zero) { set, text in literals.firstIndex(of: text).map { set | bit($0) } ?? set }
  }
}

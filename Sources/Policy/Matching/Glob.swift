import Python

/// A shell pattern as Python's `fnmatch.fnmatchcase` reads it, over Unicode scalars and the whole text.
///
/// `*` is any run, `?` one scalar, `[seq]` one in a set, `[!seq]` one outside it. There are no escapes; `[` without its
/// `]` stands for itself; a reversed range matches nothing.
struct Glob: Sendable {
  private enum Token: Sendable {
    case literal(UInt32)
    case one
    case run
    case set(GlobSet)
  }

  /// The shapes that need no general matching; nearly all patterns have one of them.
  private enum Shape: Sendable {
    case everything
    case exact([UInt8])
    case prefix([UInt8])
    case general([Token])
  }

  private let shape: Shape

  init(_ pattern: [UInt8]) {
    let literal = pattern.firstIndex { Self.isSpecial($0) } ?? pattern.endIndex
    if literal == pattern.endIndex {
      shape = .exact(pattern)
      return
    }
    if literal == pattern.endIndex - 1, pattern[literal] == UInt8(ascii: "*") {
      shape = literal == 0 ? .everything : .prefix(Array(pattern[..<literal]))
      return
    }
    let tokens = Self.tokens(of: pattern)
    let special = tokens.firstIndex { if case .literal = $0 { false } else { true } }
    switch special {
    case nil:
      shape = .exact(pattern)
    case tokens.count - 1 where Self.isRun(tokens[tokens.count - 1]):
      let prefix = pattern.prefix { $0 != UInt8(ascii: "*") }
      shape = prefix.isEmpty ? .everything : .prefix(Array(prefix))
    default:
      shape = .general(tokens)
    }
  }

  static func isSpecial(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "*") || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "[")
  }

  /// The only text that matches; nil if there are others.
  var text: [UInt8]? { if case .exact(let bytes) = shape { bytes } else { nil } }

  func matches(_ text: ArraySlice<UInt8>) -> Bool {
    switch shape {
    case .everything: true
    case .exact(let bytes): text.elementsEqual(bytes)
    case .prefix(let bytes): text.starts(with: bytes)
    case .general(let tokens): Self.match(tokens, text.span)
    }
  }

  func matches(_ text: [UInt8]) -> Bool { matches(text[...]) }

  /// Backtracking only to the last `*` is enough, so the cost is at most the product of the two lengths.
  private static func match(_ tokens: [Token], _ text: Span<UInt8>) -> Bool {
    var token = 0
    var position = 0
    var lastRun = -1
    var retryAt = 0
    while position < text.count {
      let (scalar, length) = UTF8Scalars.scalar(in: text, at: position)
      if token < tokens.count {
        switch tokens[token] {
        case .run:
          lastRun = token
          retryAt = position
          token += 1
          continue
        case .literal(let wanted) where wanted == scalar:
          token += 1
          position += length
          continue
        case .one:
          token += 1
          position += length
          continue
        case .set(let set) where set.contains(scalar):
          token += 1
          position += length
          continue
        default:
          break
        }
      }
      guard lastRun >= 0 else { return false }
      retryAt += UTF8Scalars.scalar(in: text, at: retryAt).length
      position = retryAt
      token = lastRun + 1
    }
    while token < tokens.count, isRun(tokens[token]) { token += 1 }
    return token == tokens.count
  }

  private static func isRun(_ token: Token) -> Bool {
    if case .run = token { return true }
    return false
  }

  private static func tokens(of pattern: [UInt8]) -> [Token] {
    var scalars: [UInt32] = []
    var reader = UTF8Scalars(pattern)
    while let scalar = reader.next() { scalars.append(scalar) }

    var tokens: [Token] = []
    var index = 0
    while index < scalars.count {
      let scalar = scalars[index]
      index += 1
      switch scalar {
      case UInt32(UInt8(ascii: "*")):
        if let last = tokens.last, isRun(last) { continue }
        tokens.append(.run)
      case UInt32(UInt8(ascii: "?")):
        tokens.append(.one)
      case UInt32(UInt8(ascii: "[")):
        if let (set, end) = GlobSet.parse(scalars, from: index) {
          tokens.append(.set(set))
          index = end
        } else {
          tokens.append(.literal(scalar))
        }
      default:
        tokens.append(.literal(scalar))
      }
    }
    return tokens
  }
}

/// Why a text was refused as JSON, and at which byte.
///
/// `description` follows the house form: lower case, one line, no final period.
public struct JSONError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What is wrong. New codes may be added.
  public enum Code: String, Sendable, CaseIterable {
    case empty = "there is no value"
    case byteOrderMark = "a byte order mark is not allowed"
    case carriageReturn = "a carriage return inside a line is not allowed"
    case unexpectedByte = "unexpected byte"
    case unexpectedEnd = "the text ends inside a value"
    case trailingBytes = "something follows the value"
    case controlByte = "a control character inside a string must be escaped"
    case invalidUTF8 = "invalid UTF-8"
    case invalidEscape = "invalid escape sequence"
    case loneSurrogate = "a lone surrogate is not a character"
    case invalidNumber = "invalid number"
    case nonFiniteNumber = "a number is not finite in double precision"
    case duplicateKey = "duplicate key"
    case tooDeep = "nested too deeply"
    case tooLong = "too many bytes"
    case tooManyValues = "too many values"
  }

  public let code: Code

  /// The byte, counted from 0 at the start of the text, at which the text stops being acceptable.
  public let offset: Int

  public init(_ code: Code, at offset: Int) {
    self.code = code
    self.offset = offset
  }

  /// Whether the text exceeds a limit of this reader; other readers may find it valid.
  public var isOfLimits: Bool { [.tooDeep, .tooLong, .tooManyValues].contains(code) }

  public var description: String { "\(code.rawValue) at byte \(offset)" }
}

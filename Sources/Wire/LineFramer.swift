/// Splits a byte stream into lines at LF (MCP, stdio transport): a state machine that reads nothing itself.
///
/// A line keeps its bytes as received, terminator included. A line longer than the limit is discarded while it arrives,
/// up to its LF, and reported once.
public struct LineFramer: Sendable {
  /// One line of the stream.
  public enum Item: Sendable {
    case line(Line)
    /// A line that exceeded the limit.
    case tooLong(OverlongLine)
  }

  public struct Line: Sendable {
    /// The line as received, with its LF or CR LF if it has one.
    public let bytes: ArraySlice<UInt8>

    /// The line without its terminator. A CR that does not stand directly before the LF is content.
    public let content: ArraySlice<UInt8>

    /// Whether the line holds nothing but spaces and tabs, and so is not a message.
    public var isBlank: Bool { content.allSatisfy { $0 == 0x20 || $0 == 0x09 } }
  }

  /// The longest content of a line, in bytes.
  public let maxLineBytes: Int

  private var buffer: [UInt8]
  /// The bytes received and not yet returned are `start..<end` of the buffer; there is no LF before `searched`.
  private var start = 0
  private var searched = 0
  private var end = 0
  /// What is kept of the overlong line that is being discarded; nil outside of one.
  private var discarded: OverlongLine?

  private static let initialCapacity = 64 << 10
  /// A larger buffer is released once the line that made it grow is gone.
  private static let retainedCapacity = 1 << 20

  public init(maxLineBytes: Int) {
    self.maxLineBytes = maxLineBytes
    buffer = Self.emptyBuffer()
  }

  /// Takes in bytes by letting `fill` write into free space; `fill` returns how many it wrote.
  public mutating func receive<Failure: Error>(
    _ fill: (UnsafeMutableRawBufferPointer) throws(Failure) -> Int
  ) throws(Failure) {
    makeSpace()
    let space = end..<buffer.count
    var failure: Failure?
    let written = unsafe buffer.withUnsafeMutableBytes { bytes in
      do throws(Failure) {
        return try unsafe fill(UnsafeMutableRawBufferPointer(rebasing: bytes[space]))
      } catch {
        failure = error
        return 0
      }
    }
    if let failure { throw failure }
    end += min(max(written, 0), space.count)
  }

  /// Takes in bytes that are already in memory.
  public mutating func receive(_ bytes: some Collection<UInt8>) {
    var rest = bytes[...]
    while !rest.isEmpty {
      makeSpace()
      let part = rest.prefix(buffer.count - end)
      for byte in part {
        buffer[end] = byte
        end += 1
      }
      rest = rest.dropFirst(part.count)
    }
  }

  /// The next complete line; nil when more bytes are needed for one.
  public mutating func next() -> Item? {
    guard let newline = indexOfNewline() else {
      searched = end
      discardIfTooLong()
      return nil
    }
    let lineStart = start
    start = newline + 1
    searched = start
    if var line = discarded {
      discarded = nil
      line.append(buffer[lineStart..<newline])
      line.endAtLF()
      return .tooLong(line)
    }
    let hasCR = newline > lineStart && buffer[newline - 1] == UInt8(ascii: "\r")
    let contentEnd = hasCR ? newline - 1 : newline
    guard contentEnd - lineStart <= maxLineBytes else {
      return .tooLong(OverlongLine(buffer[lineStart..<contentEnd]))
    }
    return .line(Line(bytes: buffer[lineStart...newline], content: buffer[lineStart..<contentEnd]))
  }

  /// At the end of the stream, returns what follows the last LF, if anything. First call ``next()`` until it returns
  /// nil.
  public mutating func finish() -> Item? {
    defer {
      start = 0
      searched = 0
      end = 0
      discarded = nil
    }
    if var line = discarded {
      line.append(buffer[start..<end])
      return .tooLong(line)
    }
    guard start < end else { return nil }
    guard end - start <= maxLineBytes else { return .tooLong(OverlongLine(buffer[start..<end])) }
    return .line(Line(bytes: buffer[start..<end], content: buffer[start..<end]))
  }

  /// Everything received and not yet returned, whole lines or not, for a caller that does not ask for lines at all.
  public mutating func takeAll() -> ArraySlice<UInt8> {
    defer {
      start = 0
      searched = 0
      end = 0
    }
    return buffer[start..<end]
  }

  // MARK: Buffer

  private func indexOfNewline() -> Int? {
    searched < end ? buffer.span.firstIndex(of: UInt8(ascii: "\n"), in: searched..<end) : nil
  }

  /// Discards the buffered part of a line that is certain to be too long.
  private mutating func discardIfTooLong() {
    // The extra byte may be a CR before the LF, which is not content.
    guard discarded != nil || end - start > maxLineBytes + 1 else { return }
    guard searched == end else { return }
    discarded = discarded ?? OverlongLine()
    discarded?.append(buffer[start..<end])
    start = 0
    searched = 0
    end = 0
  }

  /// Not filled with zeros: that would touch, and so take, memory that may never be needed.
  private static func emptyBuffer() -> [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: initialCapacity) { _, count in
      // SAFETY: any memory is bytes, and a byte of the buffer is read only once one that was received is in its place.
      count = initialCapacity
    }
  }

  private mutating func makeSpace() {
    if start == end {
      start = 0
      searched = 0
      end = 0
      if buffer.count > Self.retainedCapacity { buffer = Self.emptyBuffer() }
    }
    guard end == buffer.count else { return }
    // Once `next()` returns nil, at most `maxLineBytes` and a terminator are buffered, so growth is bounded.
    let enough = maxLineBytes + Self.initialCapacity
    if start > 0, start > buffer.count / 2 || buffer.count >= enough {
      // If a returned line is still alive, it shares the storage, and this copies.
      buffer.removeFirst(start)
      buffer.append(contentsOf: repeatElement(0, count: start))
      searched -= start
      end -= start
      start = 0
    } else {
      let growth = max(min(buffer.count, enough - buffer.count), Self.initialCapacity)
      buffer.append(contentsOf: repeatElement(0, count: growth))
    }
  }
}

import Testing
import Wire

@testable import Bundle

/// Frames made by hand (RFC 8878), around texts whose reading is known.
struct ZstdTests {
  private static let text = Array(#"{"policies":[]}"#.utf8)
  private static let magic: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd]

  private static func integer(_ value: Int, bytes: Int) -> [UInt8] {
    (0..<bytes).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  private static func block(_ content: [UInt8], isLast: Bool) -> [UInt8] {
    integer(content.count << 3 | (isLast ? 1 : 0), bytes: 3) + content
  }

  /// One byte, many times.
  private static func run(_ byte: UInt8, _ count: Int, isLast: Bool) -> [UInt8] {
    integer(count << 3 | 1 << 1 | (isLast ? 1 : 0), bytes: 3) + [byte]
  }

  /// A frame of one segment that announces its size.
  private static func frame(_ blocks: [UInt8], size: Int) -> [UInt8] {
    magic + [0xa0] + integer(size, bytes: 4) + blocks
  }

  /// A frame without a size, with a window of 2^`log` bytes.
  private static func frame(_ blocks: [UInt8], windowLog log: Int) -> [UInt8] {
    magic + [0x00, UInt8((log - 10) << 3)] + blocks
  }

  private static func skippable(_ count: Int, nibble: UInt8 = 0) -> [UInt8] {
    [0x50 | nibble, 0x2a, 0x4d, 0x18] + integer(count, bytes: 4) + [UInt8](repeating: 0x28, count: count)
  }

  private func decompressed(_ stream: [UInt8], limit: Int = 1 << 20) throws(BundleError) -> [UInt8] {
    try ZstdFrame.decompressed(stream, limit: limit)
  }

  private static let plain = frame(block(text, isLast: true), size: text.count)

  @Test(arguments: [
    plain,
    frame(
      block(Array(text.prefix(3)), isLast: false) + block(Array(text.dropFirst(3)), isLast: true), size: text.count),
    frame(block(text, isLast: true), windowLog: 10),
    frame(block(text, isLast: true), windowLog: 27),
    // An empty last block.
    frame(block(text, isLast: false) + block([], isLast: true), windowLog: 20),
    // Frames without their end, but with all of their text.
    frame(block(text, isLast: false), size: text.count),
    frame(block(text, isLast: false), windowLog: 17),
    skippable(0) + plain,
    skippable(7) + plain,
    skippable(3, nibble: 0xf) + skippable(9) + plain,
    // What follows the frame is not read.
    plain + [1, 2, 3],
    plain + plain,
    plain + skippable(4),
  ])
  func `a frame is read`(stream: [UInt8]) throws {
    #expect(try decompressed(stream) == Self.text)
  }

  @Test(arguments: [
    [] as [UInt8], [0x28], Array("{\"policies\":[]}".utf8), skippable(4), Array(skippable(4).dropLast(2)),
    // A skippable frame whose size is beyond the end of the stream.
    [0x50, 0x2a, 0x4d, 0x18, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4],
    [0x50, 0x2a, 0x4d, 0x18, 0xff],
    // Before the standard: version 0.7.
    [0x27, 0xb5, 0x2f, 0xfd, 0, 0, 0, 0],
    frame(block(text, isLast: true), windowLog: 28),
    // A reserved bit of the descriptor, a reserved kind of block.
    magic + [0xa8] + integer(text.count, bytes: 4) + block(text, isLast: true),
    frame(integer(15 << 3 | 3 << 1 | 1, bytes: 3) + text, size: text.count),
    // A dictionary that nobody has.
    magic + [0xa1, 5] + integer(text.count, bytes: 4) + block(text, isLast: true),
    // More, and less, text than the frame announces.
    frame(block(text, isLast: true), size: text.count - 1),
    frame(block(text, isLast: true), size: text.count + 1),
    frame(run(0x20, 100_000, isLast: false) + run(0x20, 100_000, isLast: true), size: 4),
  ])
  func `what is no frame is refused`(stream: [UInt8]) {
    #expect(refusal { _ = try decompressed(stream) }?.code == .compression)
  }

  @Test func `the limit is exact`() throws {
    let blocks = Self.run(0x20, 1000, isLast: false) + Self.run(0x20, 24, isLast: true)
    for stream in [Self.frame(blocks, windowLog: 17), Self.frame(blocks, size: 1024)] {
      #expect(try decompressed(stream, limit: 1024).count == 1024)
      #expect(refusal { _ = try decompressed(stream, limit: 1023) }?.code == .decompressedTooLarge)
    }
  }

  /// Four bytes for every 128 KiB: a bomb of 64 GiB in 2 MB.
  @Test func `a bomb stops at the limit`() throws {
    var blocks: [UInt8] = []
    for _ in 0..<500_000 { blocks += Self.run(0x20, 128 << 10, isLast: false) }
    let stream = Self.frame(blocks, windowLog: 27)
    let error = refusal { _ = try decompressed(stream, limit: OpenedBundle.maxPayloadBytes) }
    #expect(error?.code == .decompressedTooLarge)
    #expect(error?.sdkClass == .verification)
  }

  /// A frame that announces the largest size there is.
  @Test func `an announced size is not believed`() {
    let stream = Self.magic + [0xe0] + [UInt8](repeating: 0xff, count: 8) + Self.block(Self.text, isLast: true)
    #expect(refusal { _ = try decompressed(stream) } != nil)
    let large = Self.magic + [0xe0] + Self.integer(1 << 40, bytes: 8) + Self.block(Self.text, isLast: false)
    #expect((try? decompressed(large)) ?? Self.text == Self.text)
  }

  @Test func `what is compressed is read again`() throws {
    var text: [UInt8] = []
    for number in 0..<20_000 { text += "{\"rule\":\(number)},".utf8 }
    for count in [0, 1, 1000, text.count] {
      let part = Array(text.prefix(count))
      #expect(try decompressed(try ZstdFrame.compressed(part)) == part)
    }
  }

  @Test func `a payload of exactly 16 MiB is opened, and of one byte more is refused`() throws {
    let start = #"{"policies":[],"p":""#
    let filler = String(repeating: "a", count: OpenedBundle.maxPayloadBytes - start.utf8.count - 2)
    let opened = try Fixtures.opened(try Fixtures.packed(start + filler + "\"}"))
    #expect(opened.payload.bytes.count == 16 << 20)
    let error = refusal { _ = try Fixtures.opened(try Fixtures.packed(start + filler + "\"} ")) }
    #expect(error?.code == .decompressedTooLarge)
  }
}

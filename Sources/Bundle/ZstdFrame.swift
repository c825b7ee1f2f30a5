private import CZstd

/// The first data frame of a Zstandard stream (RFC 8878), as the SDK reads it.
///
/// Skippable frames before it are skipped; whatever follows it is ignored. A frame without its end yields what was
/// decoded: the signature vouches for every byte, and what is missing shows as incomplete JSON.
package enum ZstdFrame {
  /// The largest window that is decoded: 2^27 bytes.
  private static let maxWindowLog: Int32 = 27
  private static let magic: UInt32 = 0xfd2f_b528
  private static let skippableMagics: ClosedRange<UInt32> = 0x184d_2a50...0x184d_2a5f

  /// - Parameter limit: bytes of the largest text. No more than that and one byte is ever decoded.
  package static func decompressed(_ stream: [UInt8], limit: Int) throws(BundleError) -> [UInt8] {
    let start = try dataFrame(in: stream)
    let announced = announcedSize(of: stream, from: start)
    let expected = announced.map { min($0, limit) } ?? limit
    guard let context = unsafe ZSTD_createDCtx() else {
      throw BundleError(.unavailable, "there is no memory to decompress the payload")
    }
    defer { unsafe ZSTD_freeDCtx(context) }
    unsafe ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, maxWindowLog)
    var failure: BundleError?
    // One byte beyond the expected size shows that there is too much. The system provides memory only as it is written
    // to, so an announced or assumed size costs nothing.
    var text = unsafe [UInt8](unsafeUninitializedCapacity: expected + 1) { space, count in
      unsafe stream.withUnsafeBytes { stream in
        // SAFETY: libzstd reads and writes within the sizes and positions given.
        var input = unsafe ZSTD_inBuffer(src: stream.baseAddress, size: stream.count, pos: start)
        var output = unsafe ZSTD_outBuffer(dst: space.baseAddress, size: space.count, pos: 0)
        while unsafe output.pos < output.size {
          let (read, written) = unsafe (input.pos, output.pos)
          let status = unsafe ZSTD_decompressStream(context, &output, &input)
          guard ZSTD_isError(status) == 0 else {
            failure = BundleError(
              .compression, "the payload is not Zstandard: \(unsafe String(cString: ZSTD_getErrorName(status)))")
            return
          }
          // Zero is the end of the frame; without progress there is nothing more to come.
          let hasProgress = unsafe (input.pos, output.pos) != (read, written)
          if status == 0 || !hasProgress { break }
        }
        count = unsafe output.pos
      }
    }
    if let failure { throw failure }
    guard text.count <= limit else {
      throw BundleError(.decompressedTooLarge, "the payload has more than \(limit) bytes when decompressed")
    }
    guard text.count <= expected else {
      throw BundleError(.compression, "the payload has more than the \(expected) bytes that its frame announces")
    }
    if text.capacity / 2 > text.count { text = Array(text[...]) }
    return text
  }

  /// Where the first data frame starts. Frames from before the standard, which libzstd may support, are not read.
  private static func dataFrame(in stream: [UInt8]) throws(BundleError) -> Int {
    var start = 0
    while let word = littleEndian(stream, at: start) {
      if word == magic { return start }
      guard skippableMagics.contains(word), let size = littleEndian(stream, at: start + 4) else { break }
      start += 8 + Int(size)
    }
    throw BundleError(.compression, "the payload is not Zstandard: there is no data frame")
  }

  private static func littleEndian(_ stream: [UInt8], at offset: Int) -> UInt32? {
    guard offset + 4 <= stream.count else { return nil }
    return stream[offset..<offset + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }

  /// Nil if the frame announces none.
  private static func announcedSize(of stream: [UInt8], from start: Int) -> Int? {
    let size = unsafe stream.withUnsafeBytes { stream in
      unsafe ZSTD_getFrameContentSize(stream.baseAddress.map { unsafe $0 + start }, stream.count - start)
    }
    // libzstd reports an unknown and an unreadable size as the two largest numbers.
    return size >= UInt64.max - 1 ? nil : Int(clamping: size)
  }

  /// Compresses a text to one frame that announces its content size.
  package static func compressed(_ text: [UInt8]) throws(BundleError) -> [UInt8] {
    var failure: BundleError?
    let bound = ZSTD_compressBound(text.count)
    let frame = unsafe [UInt8](unsafeUninitializedCapacity: bound) { space, count in
      // SAFETY: libzstd writes no more than the space, and reads the text within its count.
      let status = unsafe ZSTD_compress(space.baseAddress, space.count, text, text.count, ZSTD_CLEVEL_DEFAULT)
      guard ZSTD_isError(status) == 0 else {
        failure = BundleError(
          .unavailable, "the payload can't be compressed: \(unsafe String(cString: ZSTD_getErrorName(status)))")
        return
      }
      count = status
    }
    if let failure { throw failure }
    return frame
  }
}

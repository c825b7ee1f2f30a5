import Testing

@testable import Bundle

/// A bundle that was changed anywhere, or cut anywhere, is never taken.
struct TamperingTests {
  private static let valid = (try? Fixtures.packed(#"{"policies":[],"metadata":{"active_policy_count":0}}"#)) ?? []

  @Test(arguments: [UInt8(0x01), 0x80, 0xff])
  func `every changed byte is refused`(mask: UInt8) throws {
    #expect(refusal { _ = try Fixtures.opened(Self.valid) } == nil)
    for place in Self.valid.indices {
      var file = Self.valid
      file[place] ^= mask
      let error = refusal { _ = try Fixtures.opened(file) }
      #expect(error != nil, "byte \(place)")
      // What the header's own checks do not catch, the signature does.
      #expect(error?.kind == .format || error?.kind == .verification, "byte \(place)")
    }
  }

  @Test func `every cut is refused`() {
    for length in 0..<Self.valid.count {
      let error = refusal { _ = try Fixtures.opened(Array(Self.valid.prefix(length))) }
      #expect(error?.kind == .format, "\(length) bytes")
    }
  }

  @Test func `every byte too much is refused`() {
    #expect(refusal { _ = try Fixtures.opened(Self.valid + [0]) }?.code == .trailingBytes)
  }

  /// The same with a good signature: whoever can sign can still not make the reader fail in another way.
  @Test func `every changed or cut encrypted byte is refused though it is signed`() throws {
    let seed = try Fixtures.seed()
    let key = try Fixtures.encryptionKey()
    let sealed = try key.sealed(try ZstdFrame.compressed(Array("{}".utf8)), nonce: [UInt8](repeating: 7, count: 12))
    func signed(_ payload: [UInt8]) -> [UInt8] {
      let header = BundleHeader(createdAt: 1, policyCount: 0, signatureOffset: BundleHeader.size + payload.count)
      let message = header.bytes + payload
      return message + seed.signature(of: message)
    }
    #expect(refusal { _ = try Fixtures.opened(signed(sealed)) } == nil)
    for place in sealed.indices {
      var changed = sealed
      changed[place] ^= 0x10
      #expect(refusal { _ = try Fixtures.opened(signed(changed)) }?.kind == .tamper, "byte \(place)")
      let cut = refusal { _ = try Fixtures.opened(signed(Array(sealed.prefix(place)))) }
      #expect(cut?.code == (place < 28 ? .payloadTooShort : .authentication), "\(place) bytes")
    }
  }

  /// Signed and sealed by the right keys, although the author's tool is broken or hostile.
  @Test func `a changed or cut frame is opened or refused, and nothing else`() throws {
    let text = Array(#"{"policies":[{"id":"p","rules":[{"effect":"allow","actions":["a:b","a:c","a:d"]}]}]}"#.utf8)
    let frame = try ZstdFrame.compressed(text)
    for place in frame.indices {
      for mask in [UInt8(0x01), 0x04, 0x20, 0x80, 0xff] {
        var changed = frame
        changed[place] ^= mask
        let error = refusal { _ = try Fixtures.opened(try Fixtures.sealed(frame: changed)) }
        #expect(error == nil || error?.kind == .format, "byte \(place): \(error as Any)")
      }
      let error = refusal { _ = try Fixtures.opened(try Fixtures.sealed(frame: Array(frame.prefix(place)))) }
      #expect(error == nil || error?.kind == .format, "\(place) bytes: \(error as Any)")
    }
  }
}

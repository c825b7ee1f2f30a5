import Digest
import Testing

@Suite struct SecretBytesTests {
  @Test func `it holds what was put into it, and wiping takes the copy away`() throws {
    var copy = Array("a secret".utf8)
    let secret = try SecretBytes(copying: copy)
    SecretBytes.wipe(&copy)
    #expect(copy.isEmpty && secret.count == 8)
    let lent = secret.withBytes { bytes in bytes.indices.map { bytes[$0] } }
    #expect(lent == Array("a secret".utf8))
  }

  @Test func `what can't be filled is none`() throws {
    let secret = try unsafe SecretBytes(count: 8) { _ in false }
    let isThere = if secret == nil { false } else { true }
    #expect(!isThere)
  }

  @Test func `without memory that can be guarded there is no secret, and no other memory for it`() {
    var wasAsked = false
    #expect(throws: SecretBytes.Unavailable.self) {
      _ = try unsafe SecretBytes(count: .max) { _ in
        wasAsked = true
        return true
      }
    }
    #expect(!wasAsked)
  }

  @Test func `once it is filled it can't be written`() async {
    await #expect(processExitsWith: .failure) {
      let secret = try SecretBytes(copying: [1, 2, 3])
      unsafe secret.withPointer { bytes in unsafe UnsafeMutablePointer(mutating: bytes).pointee = 7 }
    }
  }
}

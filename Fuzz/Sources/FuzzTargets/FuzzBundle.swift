import Bundle
import Wire

/// The first byte of the input says what the rest is read as.
///
/// Any input must yield a result or an error of ours: no trap, no fault, no memory beyond the limits.
public func fuzzBundle(_ bytes: [UInt8]) {
  guard let kind = bytes.first else { return }
  let input = Array(bytes.dropFirst())
  do throws(BundleError) {
    switch kind % 7 {
    case 0: try readFile(input)
    case 1: try readFrame(input)
    case 2: try acceptPayload(input)
    case 3: try readFile(try BundlePacker.seal(frame: input, createdAt: 1, policyCount: 0, seed: seed(), key: key()))
    case 4: _ = try BundleKeys(parsing: input)
    case 5: try readMemory(input)
    default: readInstant(input)
    }
  } catch {
    expect(!error.reason.isEmpty && !error.advice.isEmpty && !error.description.contains("\n"))
  }
}

private func seed() throws(BundleError) -> SigningSeed { try SigningSeed([UInt8](repeating: 7, count: 32)) }
private func key() throws(BundleError) -> EncryptionKey {
  try EncryptionKey(base64: Array("CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk=".utf8))
}

/// A file as it comes from a disk or the network.
private func readFile(_ file: [UInt8]) throws(BundleError) {
  let bundle = try UnverifiedBundle(parsing: file).verified(by: try seed().publicKey).open(with: try key())
  expect(bundle.payload.kind(of: bundle.payload.root) == .object)
  expect(bundle.payload.bytes.count <= OpenedBundle.maxPayloadBytes)
}

/// The content behind a good signature and a good tag.
private func readFrame(_ frame: [UInt8]) throws(BundleError) {
  let limit = 1 << 20
  let text = try ZstdFrame.decompressed(frame, limit: limit)
  expect(text.count <= limit)
  expect(try ZstdFrame.decompressed(try ZstdFrame.compressed(text), limit: limit) == text)
  _ = try VerifiedBundle.read(text)
}

/// The members that are read before a policy is made from the payload.
private func acceptPayload(_ json: [UInt8]) throws(BundleError) {
  _ = try VerifiedBundle.read(json)
  let file = try BundlePacker.seal(
    frame: try ZstdFrame.compressed(json), createdAt: 1, policyCount: 0, seed: seed(), key: key())
  let signers = Signers(primary: try seed().publicKey)
  let keys = BundleKeys(projectID: "p", signers: signers, encryptionKey: try key())
  let accepted = try keys.accept(file, at: 1_767_225_600, after: AcceptedBundles())
  let memory = try AcceptedBundles().remembering(accepted)
  expect(memory.newest(of: "p", signer: accepted.signer) == 1)
}

private func readMemory(_ json: [UInt8]) throws(BundleError) {
  let memory = try AcceptedBundles(parsing: json)
  expect(try AcceptedBundles(parsing: memory.json()) == memory)
}

private func readInstant(_ text: [UInt8]) {
  guard let instant = Instant(iso8601: text) else { return }
  // A time that an offset moves out of the years 1 to 9999 is written as a number.
  let written = instant.description
  expect(written.hasPrefix("second") || Instant(iso8601: Array(written.utf8)) == instant)
}

private func expect(_ condition: @autoclosure () throws(BundleError) -> Bool) {
  do throws(BundleError) {
    guard try condition() else { fatalError("an invariant is broken") }
  } catch {
    fatalError("what was accepted is refused: \(error)")
  }
}

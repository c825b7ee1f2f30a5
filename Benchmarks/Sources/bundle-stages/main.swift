import Bundle
import Policy
import Wire

// Prints one line for each stage of reading a bundle with a payload of 16 MiB, and one for the way from the bytes of
// the file to a first decision.

/// A payload of this size: rules, and a few bytes of filler.
func payload(bytes size: Int) -> [UInt8] {
  var text = Array("{\"project_id\":\"p\",\"policies\":[{\"id\":\"p\",\"rules\":[".utf8)
  var number = 0
  while text.count < size - 400 {
    let rule =
      "{\"id\":\"r\(number)\",\"effect\":\"allow\",\"actions\":[\"server\(number):tool_\(number)\"],"
      + "\"reason\":\"because of \(number)\",\"conditions\":{\"path\":{\"op\":\"glob\",\"value\":\"/data/\(number)/*\"}}},"
    text += rule.utf8
    number += 1
  }
  text.removeLast()
  text += "]}],\"filler\":\"".utf8
  text += [UInt8](repeating: 0x61, count: size - text.count - 2)
  return text + Array("\"}".utf8)
}

/// The best of several runs, in milliseconds.
func best(_ body: () throws -> Void) rethrows -> Double {
  var best = Double.infinity
  for _ in 0..<9 {
    let elapsed = try ContinuousClock().measure(body)
    best = min(best, Double(elapsed.components.attoseconds) * 1e-15 + Double(elapsed.components.seconds) * 1e3)
  }
  return best
}

func printLine(_ stage: String, _ milliseconds: Double) {
  let hundredths = Int(milliseconds * 100)
  print("\(stage)\t\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)")
}

let author = try AuthorKeys.random(projectID: "p")

func measure(_ name: String, _ file: [UInt8]) throws {
  let unverified = try UnverifiedBundle(parsing: file)
  let verified = try unverified.verified(by: author.keys.signers)
  let frame = try verified.decrypted(with: author.keys.encryptionKey)
  let text = try ZstdFrame.decompressed(frame, limit: OpenedBundle.maxPayloadBytes)
  print("\(name)\t\(file.count) bytes of file, \(text.count) bytes of payload")
  print("stage\tms")
  printLine("structure", try best { _ = try UnverifiedBundle(parsing: file) })
  printLine("signature", try best { _ = try unverified.verified(by: author.keys.signers) })
  printLine("decryption", try best { _ = try verified.decrypted(with: author.keys.encryptionKey) })
  printLine("decompression", try best { _ = try ZstdFrame.decompressed(frame, limit: OpenedBundle.maxPayloadBytes) })
  printLine("json", try best { _ = try VerifiedBundle.read(text) })
  printLine(
    "to the first decision",
    try best {
      let bundle = try author.keys.accept(file, at: 1_767_225_600, after: AcceptedBundles())
      let policy = try Policy.load(hosted: bundle.payload, fileName: "bundle")
      let call = Call(server: Array("server7".utf8), tool: Array("tool_7".utf8), arguments: nil, context: Context())
      precondition(policy.ruleCount > 1000 && policy.decide(call).effect == .deny)
    })
}

/// A frame of uncompressed blocks, of 128 KiB at most.
func stored(_ text: [UInt8]) -> [UInt8] {
  var frame: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38]
  var rest = text[...]
  repeat {
    let block = rest.prefix(128 << 10)
    rest = rest.dropFirst(block.count)
    let header = block.count << 3 | (rest.isEmpty ? 1 : 0)
    frame += [0, 8, 16].map { UInt8(truncatingIfNeeded: header >> $0) } + block
  } while !rest.isEmpty
  return frame
}

try measure(
  "compressed",
  try BundlePacker.pack(
    payload: payload(bytes: OpenedBundle.maxPayloadBytes), createdAt: 1, policyCount: 1, author: author))
// The largest possible file, so that signature and decryption have the most to do.
try measure(
  "stored",
  try BundlePacker.seal(
    frame: stored(payload(bytes: OpenedBundle.maxPayloadBytes - 8192)), createdAt: 1, policyCount: 1,
    seed: author.seed, key: author.keys.encryptionKey))

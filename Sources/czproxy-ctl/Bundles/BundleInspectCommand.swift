import ArgumentParser
import Bundle
import Digest
import Policy
import Wire

/// `czproxy bundle inspect`
struct BundleInspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Show what is in a bundle: header, defaults, policies, and rules in their order.",
    discussion: """
      Without --keys, shows only the header, which nothing vouches for.
      `czproxy bundle verify` tells whether a proxy would enforce the bundle: this command shows an expired one too.
      With --payload, writes the payload to standard output as it was packed, byte for byte.

      Exits with 0 if the bundle could be read, with 1 if not.
      """)

  @Argument(help: "A bundle.")
  var file: String

  @Option(help: "The keys file of the project.")
  var keys: String?

  @Flag(help: "Write only the payload.")
  var payload = false

  @Option(help: "text or json.")
  var format = OutputFormat.text

  func validate() throws {
    if payload, keys == nil { throw ValidationError("--payload needs --keys FILE") }
  }

  func run() throws {
    let bytes = try reportingBundleErrors { () throws(BundleError) in try BundleFile.read(file) }
    let unverified = try reportingBundleErrors(in: file) { () throws(BundleError) in
      try UnverifiedBundle(parsing: bytes)
    }
    let bundle = try keys.map { try unverified.opened(readFrom: file, keys: $0) }
    if payload, let bundle { return try Terminal.write(Array(bundle.payload.bytes)) }
    let inspection = try bundle.map { bundle in
      try reportingPolicyErrors { () throws(PolicyError) in try BundleInspection(bundle, readFrom: file) }
    }
    switch format {
    case .text:
      printHeader(unverified, bytes)
      inspection?.printText()
    case .json:
      Terminal.printJSON { writer in
        writeHeader(unverified, bytes, to: &writer)
        inspection?.writeMembers(to: &writer)
      }
    }
  }

  private func printHeader(_ bundle: UnverifiedBundle, _ bytes: [UInt8]) {
    let header = bundle.header
    print("file:      \(file), \(bytes.count) bytes")
    print("sha256:    \(SHA256.hexadecimal(of: bytes))")
    print(
      "header:    CZ01, schema \(header.schemaVersion), made at \(Instant(seconds: Int64(clamping: header.createdAt)))"
        + " (\(header.createdAt)), policies: \(header.policyCount)")
    print("payload:   \(bundle.payloadSize) bytes, encrypted")
    if keys == nil { print("signature: not checked; give --keys FILE to check it and to see the rest") }
  }

  private func writeHeader(_ bundle: UnverifiedBundle, _ bytes: [UInt8], to writer: inout JSONWriter) {
    writer.string("file", file)
    writer.integer("bytes", bytes.count)
    writer.string("sha256", SHA256.hexadecimal(of: bytes))
    writer.beginObject("header")
    writer.integer("schema_version", bundle.header.schemaVersion)
    writer.integer("created_at", bundle.header.createdAt)
    writer.integer("policy_count", bundle.header.policyCount)
    writer.endObject()
    writer.integer("encrypted_bytes", bundle.payloadSize)
    writer.boolean("verified", keys != nil)
  }
}

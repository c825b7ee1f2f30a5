import ArgumentParser
import Bundle
import Digest
import Platform
import Policy
import Relay
import Wire

/// `czproxy bundle pack`
struct BundlePackCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pack",
    abstract: "Make a signed bundle of a policy file.",
    discussion: """
      The bundle decides as the policy does. Decisions name its rules by position, `rule-0`, because a bundle has no ids \
      for them. A policy that a bundle can't express, for example with `dialect: czproxy/1`, is refused.
      With --payload, the file already is the JSON of a payload, and is packed unchanged.

      Of two bundles, the one made later is the newer one: proxies refuse to go back.

      Exits with 0 if the bundle was written, with 1 if not.
      """)

  @Argument(help: "A local policy: .yaml, .yml or .json.")
  var policy: String

  @Option(help: "The author's file, from `czproxy bundle keygen`.")
  var author: String

  @Option(name: [.short, .long], help: "Where to write the bundle (default: the policy's name with .czpolicy).")
  var output: String?

  @Flag(help: "The file is the payload of a bundle.")
  var payload = false

  @Option(help: "When the bundle expires: 2027-01-31T00:00:00Z, or UNIX seconds.")
  var expiresAt: TimeArgument?

  @Option(help: "The same as a time from now: 12h, 30d, 8w.")
  var expiresIn: DurationArgument?

  @Option(help: "When the bundle was made (default: now).")
  var createdAt: TimeArgument?

  @Option(help: "An id for people (default: a random one).")
  var bundleID: String?

  @Option(help: "The policy's name for people (default: the file's).")
  var name: String?

  @Option(help: "text or json.")
  var format = OutputFormat.text

  func validate() throws {
    if expiresAt != nil, expiresIn != nil { throw ValidationError("give either --expires-at or --expires-in") }
    if payload, expiresAt != nil || expiresIn != nil || bundleID != nil || name != nil {
      throw ValidationError("with --payload, the file itself holds its id, its names and its expiry")
    }
  }

  func run() throws {
    let author = try reportingBundleErrors { () throws(BundleError) in try BundleFile.author(self.author) }
    let now = WallClock.seconds()
    let made = createdAt?.seconds ?? now
    if let end = expiresAt?.seconds, end <= now {
      Terminal.complain("--expires-at has passed: every proxy would refuse the bundle as expired")
      throw ExitCode(1)
    }
    let (json, loaded) = try readPayload(author.keys, made: made, now: now)
    let policies = HostedPayload.policies(of: loaded.document).count
    let (file, accepted) = try reportingBundleErrors { () throws(BundleError) in
      let file = try BundlePacker.pack(
        payload: json, createdAt: UInt64(made), policyCount: UInt16(clamping: policies), author: author)
      // Checked before it is written: no proxy may refuse the bundle.
      return (file, try author.keys.accept(file, at: now, after: AcceptedBundles()))
    }
    let path = output ?? defaultOutput
    do throws(SystemError) {
      try AtomicFile.write(file, to: path, permissions: 0o644)
    } catch {
      Terminal.complain("can't write `\(path)`: \(error.reason)")
      throw ExitCode(1)
    }
    report(path, file, accepted, rules: loaded.policy.ruleCount)
  }

  /// The path of the policy, with the suffix `.czpolicy`.
  private var defaultOutput: String {
    let start = policy.lastIndex(of: "/").map { policy.index(after: $0) } ?? policy.startIndex
    let dot = policy[start...].lastIndex(of: ".") ?? policy.endIndex
    return policy[..<dot] + ".czpolicy"
  }

  /// The payload, and the policy that proxies load from it.
  private func readPayload(
    _ keys: borrowing BundleKeys, made: Int64, now: Int64
  ) throws -> (json: [UInt8], loaded: (document: JSONDocument, policy: Policy)) {
    do {
      let bytes = try PolicySource.read(policy)
      let json = payload ? bytes : try translate(bytes, keys, made: made, now: now)
      let loaded = try Policy.load(hosted: json, fileName: policy)
      return (json, (try JSONDocument(parsing: json[...], options: .python), loaded))
    } catch let error as PolicyError {
      Terminal.complain(error.lines)
      throw ExitCode(1)
    }
  }

  private func translate(
    _ bytes: [UInt8], _ keys: borrowing BundleKeys, made: Int64, now: Int64
  ) throws(PolicyError) -> [UInt8] {
    guard let language = PolicyFormat(fileName: policy) else {
      throw PolicyError(
        fileName: policy,
        diagnostics: [
          .init(code: .load, message: "a policy is a .yaml, .yml or .json file; for a payload give --payload")
        ])
    }
    let (project, organisation) = (keys.projectID, keys.organisationID)
    let name = self.name ?? policy.split(separator: "/").last.map(String.init) ?? policy
    let id = bundleID ?? "bnd_\(Hexadecimal.text(RandomBytes.array(8)))"
    let expiry = expiresAt?.seconds ?? expiresIn.map { now + $0.seconds }
    return try HostedPayload.make(
      local: bytes, format: language, fileName: policy, name: .init(id: "pol_local", name: name)
    ) { writer in
      writer.string("schema_version", "1.0")
      writer.string("bundle_id", id)
      writer.string("org_id", organisation)
      writer.string("project_id", project)
      writer.string("created_at", "\(Instant(seconds: made))")
      if let expiry { writer.string("expires_at", "\(Instant(seconds: expiry))") }
      writer.beginObject("metadata")
      writer.integer("active_policy_count", 1)
      writer.endObject()
    }
  }

  private func report(_ path: String, _ file: [UInt8], _ bundle: AcceptedBundle, rules: Int) {
    switch format {
    case .text:
      let expiry = bundle.expiresAt.map { "expires at \(Instant(seconds: $0))" } ?? "does not expire"
      print("\(path): \(rules) rules, \(file.count) bytes, \(expiry)")
      print("signed by \(bundle.signer) for the project \(DisplayText.escaped(bundle.projectID.utf8))")
    case .json:
      Terminal.printJSON { writer in
        writer.string("file", path)
        writer.integer("bytes", file.count)
        writer.string("sha256", SHA256.hexadecimal(of: file))
        writer.integer("created_at", bundle.header.createdAt)
        if let expiry = bundle.expiresAt { writer.integer("expires_at", expiry) } else { writer.null("expires_at") }
        writer.string("project_id", bundle.projectID)
        writer.string("signing_pubkey_hex", bundle.signer.hexadecimal)
        writer.integer("rules", rules)
      }
    }
  }
}

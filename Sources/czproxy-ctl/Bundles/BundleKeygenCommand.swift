import ArgumentParser
import Bundle
import Platform
import Wire

/// `czproxy bundle keygen`
struct BundleKeygenCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keygen",
    abstract: "Make the keys of a project: an author's file, and a file for proxies.",
    discussion: """
      The author's file holds the key that signs (Ed25519) and the key that payloads are sealed with (AES-256). Who \
      has it decides what every proxy of the project allows: keep it off the machines that run proxies.
      The keys file holds the public half and the AES key. Who has it can read bundles and can make none.
      Neither file is written over. Both can be read by their owner only.

      With --from the project gets a new signing key and keeps its AES key. Proxies that have the new keys file take \
      bundles by either key, until --old-until where it is given:
        czproxy bundle keygen --from author.json --old-until 2027-01-31T00:00:00Z \\
          --author author-2.json --keys keys-2.json
      """)

  @Option(help: "The project that bundles are for, as the service or you name it.")
  var project: String?

  @Option(help: "The organisation, where there is one.")
  var org = ""

  @Option(help: "An author's file to succeed.")
  var from: String?

  @Option(help: "When the old signing key stops counting: 2027-01-31T00:00:00Z, or UNIX seconds.")
  var oldUntil: TimeArgument?

  @Option(help: "Where the author's file is written to.")
  var author = "author.json"

  @Option(help: "Where the file for proxies is written to.")
  var keys = "keys.json"

  @Option(help: "text or json.")
  var format = OutputFormat.text

  func validate() throws {
    guard (project == nil) != (from == nil) else { throw ValidationError("give either `--project` or `--from`") }
    if project?.isEmpty == true { throw ValidationError("`--project` must not be empty") }
    if oldUntil != nil, from == nil { throw ValidationError("`--old-until` needs `--from`") }
    if author == keys { throw ValidationError("`--author` and `--keys` must be two files") }
  }

  func run() throws {
    let made = try reportingBundleErrors { () throws(BundleError) in
      guard let from else { return try AuthorKeys.random(projectID: project ?? "", organisationID: org) }
      return try BundleFile.author(from).successor(oldKeyUntil: oldUntil?.seconds)
    }
    try write(made.json(), to: author)
    do {
      try write(made.keys.json(), to: keys)
    } catch {
      // The author's file would sign bundles that no proxy accepts, and look as if it were usable.
      _ = unsafe unlink(author)
      throw error
    }
    let signer = made.keys.signers.primary.hexadecimal
    switch format {
    case .text:
      print("project:     \(DisplayText.escaped(made.keys.projectID.utf8))")
      print("signing key: \(signer)")
      print("\(author): for the author alone; it signs bundles")
      print("\(keys): for proxies; `czproxy run --bundle FILE --keys \(keys)`")
    case .json:
      let project = made.keys.projectID
      Terminal.printJSON { writer in
        for (key, value) in [
          ("project_id", project), ("signing_pubkey_hex", signer), ("author", author), ("keys", keys),
        ] {
          writer.key(bytes: key.utf8)
          writer.string(value)
        }
      }
    }
  }

  private func write(_ bytes: [UInt8], to path: String) throws {
    do throws(SystemError) {
      try AtomicFile.write(bytes, to: path, replaces: false)
    } catch {
      Terminal.complain(
        error.number == EEXIST
          ? "\(path) is there already, and keys are never written over: give another name" : "\(path): \(error)")
      throw ExitCode(1)
    }
  }
}

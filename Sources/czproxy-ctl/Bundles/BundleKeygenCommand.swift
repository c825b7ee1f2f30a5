import ArgumentParser
import Bundle
import Platform
import Wire

/// `czproxy bundle keygen`
struct BundleKeygenCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keygen",
    abstract: "Make the keys of a project: a file for its author, and one for its proxies.",
    discussion: """
      The author's file holds the signing key (Ed25519) and the key that encrypts payloads (AES-256). Whoever has it \
      decides what every proxy of the project allows: keep it off the machines that run proxies.
      The keys file holds the public half and the AES key. Whoever has it can read bundles, but not make any.
      Existing files are never overwritten. Only their owner can read these two.

      With --from, the project gets a new signing key and keeps its AES key. Proxies with the new keys file accept \
      bundles by either key, the old one only until --old-until if that is given:
        czproxy bundle keygen --from author.json --old-until 2027-01-31T00:00:00Z \\
          --author author-2.json --keys keys-2.json

      Exits with 0 if both files were written, with 1 if not.
      """)

  @Option(help: "The project that bundles are for, as the service or you name it.")
  var project: String?

  @Option(help: "The organization, if there is one.")
  var org = ""

  @Option(help: "The author's file that the new one replaces.")
  var from: String?

  @Option(help: "When the old signing key ceases to count: 2027-01-31T00:00:00Z, or UNIX seconds.")
  var oldUntil: TimeArgument?

  @Option(help: "Where to write the author's file.")
  var author = "author.json"

  @Option(help: "Where to write the file for proxies.")
  var keys = "keys.json"

  @Option(help: "text or json.")
  var format = OutputFormat.text

  func validate() throws {
    guard (project == nil) != (from == nil) else { throw ValidationError("give either --project or --from") }
    if project?.isEmpty == true { throw ValidationError("--project must not be empty") }
    if oldUntil != nil, from == nil { throw ValidationError("--old-until needs --from FILE") }
    if author == keys { throw ValidationError("--author and --keys must be two files") }
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
      // Without a keys file, this author's file could only sign bundles that no proxy accepts.
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
        writer.string("project_id", project)
        writer.string("signing_pubkey_hex", signer)
        writer.string("author", author)
        writer.string("keys", keys)
      }
    }
  }

  private func write(_ bytes: [UInt8], to path: String) throws {
    do throws(SystemError) {
      try AtomicFile.write(bytes, to: path, replaces: false)
    } catch {
      Terminal.complain(
        error.number == EEXIST
          ? "\(path) exists already, and keys are never overwritten: give another name"
          : "can't write `\(path)`: \(error.reason)")
      throw ExitCode(1)
    }
  }
}

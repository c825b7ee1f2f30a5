import ArgumentParser
import Wire

/// `czproxy bundle diff`
struct BundleDiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Show what changes between two policies: rules, defaults, and decisions about calls.",
    discussion: """
      Each of the two is a bundle (with --keys), the payload of one, or a local policy without a dialect.
      Rules are matched by their ids, or by their text if they have none. Since the first rule that matches a call \
      decides, a rule that only changes its place is listed too.

      With --calls, each line of the file is a call: {"tool": …, "method": …, "args": …, "context": …}, as for `czproxy \
      policy eval`. Calls whose decision changes are listed.

      Exits with 0 if nothing changes, with 3 if something does, with 1 if a file can't be used.
      """)

  @Argument(help: "The policy in force.")
  var old: String

  @Argument(help: "The policy to replace it.")
  var new: String

  @Option(help: "The keys file that opens both.")
  var keys: String?

  @Option(help: "The keys file that opens the new one, if it is another.")
  var newKeys: String?

  @Option(help: "A file of calls, one JSON object per line.")
  var calls: String?

  @Option(help: "text or json.")
  var format = OutputFormat.text

  func run() throws {
    let before = try BundleContent.load(old, keys: keys)
    let after = try BundleContent.load(new, keys: newKeys ?? keys)
    let difference = BundleDifference(from: before, to: after)
    let flips = try calls.map { try DecisionChange.all(in: $0, from: before, to: after) } ?? []
    switch format {
    case .text: printText(difference, flips)
    case .json: printJSON(difference, flips)
    }
    if !difference.isEmpty || !flips.isEmpty { throw ExitCode(3) }
  }

  private func printText(_ difference: BundleDifference, _ flips: [DecisionChange]) {
    for change in difference.settings {
      print("~ \(change.name): \(change.old ?? "not given") -> \(change.new ?? "not given")")
    }
    for change in difference.rules {
      switch change {
      case .added(let rule): print(Terminal.colored("+ \(rule.title)", .green) + "\n    \(rule.shown)")
      case .removed(let rule): print(Terminal.colored("- \(rule.title)", .red) + "\n    \(rule.shown)")
      case .changed(let old, let new):
        print(Terminal.colored("~ \(new.title)", .yellow) + "\n  - \(old.shown)\n  + \(new.shown)")
      case .moved(let old, let new):
        print(
          Terminal.colored("> \(new.title)", .yellow) + " was at place \(old.position), is at place \(new.position)")
      }
    }
    for flip in flips { print(flip) }
    if difference.isEmpty && flips.isEmpty { return print("no difference") }
    print(
      "\(difference.count(.added)) added, \(difference.count(.removed)) removed, \(difference.count(.changed)) changed, "
        + "\(difference.count(.moved)) moved" + (calls == nil ? "" : "; \(flips.count) decisions change"))
  }

  private func printJSON(_ difference: BundleDifference, _ flips: [DecisionChange]) {
    Terminal.printJSON { writer in
      difference.writeMembers(to: &writer)
      writer.beginArray("decisions")
      for flip in flips { flip.write(to: &writer) }
      writer.endArray()
    }
  }
}

import ArgumentParser

/// `czproxy bundle …`
struct BundleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bundle",
    abstract: "Make, inspect, verify and compare signed policy bundles (.czpolicy).",
    discussion: """
      Make keys once, and a bundle for each version of the policy. Proxies with these keys accept nothing else:
        czproxy bundle keygen --project prj_1
        czproxy bundle pack policy.yaml --author author.json --output policy.czpolicy
        czproxy bundle verify policy.czpolicy --keys keys.json
      `author.json` signs and stays with the author; `keys.json` goes to every proxy.
      """,
    subcommands: [
      BundleKeygenCommand.self,
      BundlePackCommand.self,
      BundleInspectCommand.self,
      BundleVerifyCommand.self,
      BundleDiffCommand.self,
    ])
}

import ArgumentParser
import Bundle

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

/// Runs `body`, which may throw a `BundleError`; reports the error and exits with 1.
///
/// - Parameter file: the file at fault, if the error does not name it.
func reportingBundleErrors<Result: ~Copyable>(
  in file: String? = nil, _ body: () throws(BundleError) -> Result
) throws -> Result {
  do throws(BundleError) {
    return try body()
  } catch {
    Terminal.complain("\(error.kind.rawValue): \(file.map { "\($0): " } ?? "")\(error)")
    throw ExitCode(1)
  }
}

extension UnverifiedBundle {
  /// Verifies and decrypts the bundle, which was read from `file`; reports what is wrong with it or with the keys file.
  func opened(readFrom file: String, keys keyFile: String) throws -> OpenedBundle {
    let keys = try reportingBundleErrors { () throws(BundleError) in try BundleFile.keys(keyFile) }
    return try reportingBundleErrors(in: file) { () throws(BundleError) in
      try verified(by: keys.signers).open(with: keys.encryptionKey)
    }
  }
}

/// A time on the command line: ISO 8601 with an offset, or UNIX seconds.
struct TimeArgument: ExpressibleByArgument {
  /// In 1973. A smaller number is a mistake, such as a year.
  private static let minSeconds: Int64 = 100_000_000

  let seconds: Int64

  init?(argument: String) {
    let number = Int64(argument)
    if let number, number < Self.minSeconds { return nil }
    guard let seconds = number ?? Instant(iso8601: Array(argument.utf8))?.seconds, seconds >= 0 else { return nil }
    self.seconds = seconds
  }
}

/// A duration on the command line: `90s`, `15m`, `12h`, `30d`, `8w`.
struct DurationArgument: ExpressibleByArgument {
  let seconds: Int64

  init?(argument: String) {
    let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800]
    guard let last = argument.last, let unit = units[last], let count = Int32(argument.dropLast()), count > 0 else {
      return nil
    }
    seconds = Int64(count) * unit
  }
}

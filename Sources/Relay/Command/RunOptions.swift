public import Bundle
public import DataLoss
public import State
import Wire

/// What `czproxy run` was told.
public struct RunOptions: Sendable, Equatable {
  public enum Source: Sendable, Equatable {
    case file(String)
    /// A signed bundle and the file of the project's keys.
    case bundle(String, keys: String)
    /// `policy.yaml`, `.yml` or `.json` in the state directory.
    case stateDirectory
    /// What `czproxy sync` pulled from a Control Zero service; where there is nothing that may be used, the other one.
    indirect case service(else: Source?)
  }

  public var server: String?
  public var source = Source.stateDirectory
  /// What is asked of a bundle beyond the SDK.
  public var bundleChecks = AcceptanceChecks.strict
  public var agent: String?
  public var context: [String: String] = [:]
  public var tags: [String: String] = [:]
  public var user: String?
  public var group: String?
  public var stateDirectory: String?
  public var deniesAsError = false
  public var observes = false
  public var isUngoverned = false
  public var allowsUnaudited = false
  public var encodedArguments = ArgumentScanner.Encoded.deny
  public var resultMode = ResultMode.detect
  public var maxScannedBytes = ArgumentScanner.defaultMaxBytes
  /// Nil for what the other options imply.
  public var mode: RunMode?
  public var hybrid = HybridOrder.file
  public var service = ServiceSettings.Options()
  public var allowsPlainHTTP = false
  /// Seconds between two looks at the service's policy.
  public var refreshInterval = 300
  public var telemetryEndpoint: String?
  public var sendsNoServiceAudit = false
  /// Environment variables of the server that the service knows the values of.
  public var secrets: [SecretVariable] = []
  public var hidesDenied = true
  public var isStrict = false
  public var maxFrameBytes = 64 << 20
  /// For how long a policy stays that can't be confirmed, in seconds.
  public var maxCacheAge = 86_400
  /// The server's program and its arguments; not empty.
  public var command: [String] = []

  public init() {}

  /// What was wrong with the command line.
  public struct UsageError: Error, Equatable, Sendable, CustomStringConvertible {
    public let description: String
  }

  /// Parses the words behind `czproxy run`; nil where they ask for help.
  public init?(parsing words: [String]) throws(UsageError) {
    var rest = words[...]
    var files = SourceFiles()
    while let word = rest.popFirst() {
      if word == "--" {
        command = Array(rest)
        break
      }
      if word == "--help" || word == "-h" { return nil }
      guard word.hasPrefix("-") else {
        throw UsageError(description: "unexpected `\(word)`: the server's command stands behind `--`")
      }
      try parse(word, &rest, &files)
    }
    guard !command.isEmpty else {
      throw UsageError(description: "the server's command is missing: czproxy run [OPTIONS] -- COMMAND [ARG...]")
    }
    source = try files.source()
    if isUngoverned, observes { throw UsageError(description: "--observe has nothing to observe with --no-governance") }
  }

  private mutating func parse(_ word: String, _ rest: inout ArraySlice<String>, _ files: inout SourceFiles)
    throws(UsageError)
  {
    let (name, inline) = Self.split(word)
    if setFlag(name) {
      guard inline == nil else { throw UsageError(description: "\(name) takes no value: `\(word)`") }
      return
    }
    switch name {
    case "--mode": mode = try Self.choice(name, try Self.value(of: name, inline, &rest))
    case "--hybrid": hybrid = try Self.choice(name, try Self.value(of: name, inline, &rest))
    case "--api-key-file": service.keyFile = try Self.value(of: name, inline, &rest)
    case "--base-url": service.baseURL = try Self.value(of: name, inline, &rest)
    case "--ca-file": service.authorityFile = try Self.value(of: name, inline, &rest)
    case "--otlp-endpoint": telemetryEndpoint = try Self.value(of: name, inline, &rest)
    case "--refresh-interval":
      refreshInterval = try Self.number(name, try Self.value(of: name, inline, &rest), in: 1...86_400)
    case "--secret-env":
      let (variable, reference) = try Self.pair(name, inline, &rest)
      guard let secret = SecretVariable(variable, reference) else {
        throw UsageError(description: "--secret-env takes NAME=czsec://SECRET, not `\(variable)=\(reference)`")
      }
      secrets.append(secret)
    case "--list": hidesDenied = try Self.choice(name, try Self.value(of: name, inline, &rest), no: "keep", yes: "hide")
    case "--server":
      let value = try Self.value(of: name, inline, &rest)
      guard ServerName(value) != nil else {
        throw UsageError(description: "--server takes 1 to 128 letters, digits, `.`, `_` and `-`, not `\(value)`")
      }
      server = value
    case "--policy": files.policy = try Self.value(of: name, inline, &rest)
    case "--bundle": files.bundle = try Self.value(of: name, inline, &rest)
    case "--keys": files.keys = try Self.value(of: name, inline, &rest)
    case "--skip":
      let value = try Self.value(of: name, inline, &rest)
      guard let check = AcceptanceChecks.all.first(where: { $0.name == value })?.check else {
        let names = AcceptanceChecks.all.map { "`\($0.name)`" }.joined(separator: ", ")
        throw UsageError(description: "--skip takes one of \(names), not `\(value)`")
      }
      bundleChecks.subtract(check)
    case "--agent": agent = try Self.value(of: name, inline, &rest)
    case "--user": user = try Self.value(of: name, inline, &rest)
    case "--group": group = try Self.value(of: name, inline, &rest)
    case "--state-dir": stateDirectory = try Self.value(of: name, inline, &rest)
    case "--context":
      let (key, value) = try Self.pair(name, inline, &rest)
      context[key] = value
    case "--tag":
      let (key, value) = try Self.pair(name, inline, &rest)
      tags[key] = value
    case "--deny-as":
      let value = try Self.value(of: name, inline, &rest)
      deniesAsError = try Self.choice(name, value, no: "result", yes: "error")
    case "--audit-failure":
      let value = try Self.value(of: name, inline, &rest)
      allowsUnaudited = try Self.choice(name, value, no: "deny", yes: "allow")
    case "--max-cache-age":
      maxCacheAge = try Self.number(name, try Self.value(of: name, inline, &rest), in: 1...Self.tenYears)
    case "--dlp-encoded": encodedArguments = try Self.choice(name, try Self.value(of: name, inline, &rest))
    case "--dlp-max-bytes":
      let range = ArgumentScanner.defaultMaxBytes...Self.mostBytes
      maxScannedBytes = try Self.number(name, try Self.value(of: name, inline, &rest), in: range)
    case "--dlp-results": resultMode = try Self.choice(name, try Self.value(of: name, inline, &rest))
    case "--max-frame-bytes":
      maxFrameBytes = try Self.number(name, try Self.value(of: name, inline, &rest), in: 1024...Self.mostBytes)
    default:
      throw UsageError(description: "unknown option `\(name)`")
    }
  }

  /// An option without a value; says whether it is one.
  private mutating func setFlag(_ name: String) -> Bool {
    switch name {
    case "--observe": observes = true
    case "--no-governance": isUngoverned = true
    case "--strict-methods": isStrict = true
    case "--allow-http": allowsPlainHTTP = true
    case "--no-service-audit": sendsNoServiceAudit = true
    default: return false
    }
    return true
  }

  /// The files that say where the policy comes from, as they were named.
  private struct SourceFiles {
    var policy, bundle, keys: String?

    func source() throws(UsageError) -> Source {
      switch (policy, bundle, keys) {
      case (nil, nil, nil): return .stateDirectory
      case (let policy?, nil, nil): return .file(policy)
      case (nil, let bundle?, let keys?): return .bundle(bundle, keys: keys)
      case (nil, _?, nil): throw UsageError(description: "--bundle needs --keys FILE, the keys of the project")
      case (nil, nil, _?): throw UsageError(description: "--keys is for --bundle FILE")
      case (_?, _, _): throw UsageError(description: "--policy and --bundle can't both say what the policy is")
      }
    }
  }

  private static let tenYears = 10 * 366 * 86_400
  private static let mostBytes = JSONLimits.greatestMaxBytes

  private static func number(_ name: String, _ value: String, in range: ClosedRange<Int>) throws(UsageError) -> Int {
    if let number = Int(value), range.contains(number) { return number }
    throw UsageError(
      description: "\(name) takes a number from \(range.lowerBound) to \(range.upperBound), not `\(value)`")
  }

  private static func split(_ word: String) -> (name: String, inline: String?) {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    return (String(parts[0]), parts.count > 1 ? String(parts[1]) : nil)
  }

  private static func value(
    of name: String, _ inline: String?, _ rest: inout ArraySlice<String>
  ) throws(UsageError) -> String {
    if let inline { return inline }
    guard let next = rest.popFirst(), !next.hasPrefix("--") else {
      throw UsageError(description: "\(name) needs a value")
    }
    return next
  }

  private static func pair(
    _ name: String, _ inline: String?, _ rest: inout ArraySlice<String>
  ) throws(UsageError) -> (String, String) {
    let text = try value(of: name, inline, &rest)
    let (key, value) = split(text)
    guard let value, !key.isEmpty else { throw UsageError(description: "\(name) takes KEY=VALUE, not `\(text)`") }
    return (key, value)
  }

  private static func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ name: String, _ value: String
  ) throws(UsageError) -> Choice {
    if let choice = Choice(rawValue: value) { return choice }
    let names = Choice.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")
    throw UsageError(description: "\(name) takes one of \(names), not `\(value)`")
  }

  private static func choice(_ name: String, _ value: String, no: String, yes: String) throws(UsageError) -> Bool {
    switch value {
    case no: return false
    case yes: return true
    default: throw UsageError(description: "\(name) takes `\(no)` or `\(yes)`, not `\(value)`")
    }
  }
}

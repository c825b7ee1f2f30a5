public import Bundle
public import DataLoss
public import State
import Wire

/// The options of `czproxy run`.
public struct RunOptions: Sendable, Equatable {
  public enum Source: Sendable, Equatable {
    case file(String)
    /// A signed bundle and the file of the project's keys.
    case bundle(String, keys: String)
    /// `policy.yaml`, `.yml` or `.json` in the state directory.
    case stateDirectory
    /// What `czproxy sync` pulled from a Control Zero service; the other source if that has nothing that may be used.
    indirect case service(else: Source?)
  }

  public var server: String?
  public var source = Source.stateDirectory
  /// The checks of a bundle beyond those of the SDK.
  public var bundleChecks = AcceptanceChecks.strict
  /// The file of the tools that a person has accepted; nil for any.
  public var toolsLock: String?
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
  /// Nil for the mode that the other options imply.
  public var mode: RunMode?
  public var hybrid = HybridOrder.file
  public var service = ServiceSettings.Options()
  public var allowsPlainHTTP = false
  /// Seconds between two checks of the service's policy.
  public var refreshInterval = 300
  public var telemetryEndpoint: String?
  public var sendsNoServiceAudit = false
  /// Environment variables of the server whose values the service keeps.
  public var secrets: [SecretVariable] = []
  public var hidesDenied = true
  public var isStrict = false
  public var maxFrameBytes = 64 << 20
  /// How long a policy that can't be confirmed stays in force, in seconds.
  public var maxCacheAge = 86_400
  /// The server's program and its arguments; not empty.
  public var command: [String] = []

  public init() {}

  /// What policies call the server: the name that was given, otherwise one derived from its command.
  public var serverName: ServerName { server.flatMap { ServerName($0) } ?? ServerName(derivedFrom: command) }

  /// What was wrong with the command line.
  public struct UsageError: Error, Equatable, Sendable, CustomStringConvertible {
    public let description: String
  }

  /// Parses the words after `czproxy run`; nil if they ask for help.
  public init?(parsing words: [String]) throws(UsageError) {
    // Text that is not UTF-8 arrives repaired: it would name another file, or another person.
    guard !words.prefix(while: { $0 != "--" }).contains(where: { $0.unicodeScalars.contains("\u{fffd}") }) else {
      throw UsageError(description: "an option is not UTF-8, or holds U+FFFD")
    }
    var rest = words[...]
    var given = Given()
    while let word = rest.popFirst() {
      if word == "--" {
        command = Array(rest)
        break
      }
      if word == "--help" || word == "-h" { return nil }
      guard word.hasPrefix("-") else {
        throw UsageError(description: "unexpected `\(word)`: the server's command stands behind `--`")
      }
      try parse(word, &rest, &given)
    }
    guard !command.isEmpty else {
      throw UsageError(description: "the server's command is missing: czproxy run [OPTIONS] -- COMMAND [ARG...]")
    }
    source = try given.source()
    if isUngoverned, observes { throw UsageError(description: "--observe has nothing to observe with --no-governance") }
    if isUngoverned, toolsLock != nil {
      throw UsageError(description: "--tools-lock has nothing to hold with --no-governance")
    }
  }

  /// Returns the value of the option that is being read.
  private typealias Value = () throws(UsageError) -> String

  private mutating func parse(
    _ word: String, _ rest: inout ArraySlice<String>, _ given: inout Given
  ) throws(UsageError) {
    let (name, inline) = Self.split(word)
    if setFlag(name) {
      guard inline == nil else { throw UsageError(description: "\(name) takes no value: `\(word)`") }
      return
    }
    func value() throws(UsageError) -> String {
      if let inline { return inline }
      guard let next = rest.popFirst(), !next.hasPrefix("--") else {
        throw UsageError(description: "\(name) needs a value")
      }
      return next
    }
    let isRepeatable = try add(name, value)
    if isRepeatable { return }
    guard !given.names.contains(name) else {
      throw UsageError(description: "\(name) is given twice, and only one can hold")
    }
    given.names.append(name)
    if try given.set(name, value) { return }
    if try setText(name, value) { return }
    guard try setChoice(name, value) else { throw UsageError(description: "unknown option `\(name)`") }
  }

  /// Handles an option that may be given more than once; returns whether this is one.
  private mutating func add(_ name: String, _ value: Value) throws(UsageError) -> Bool {
    switch name {
    case "--context": try Self.add(name, value, to: &context)
    case "--tag": try Self.add(name, value, to: &tags)
    case "--secret-env":
      let (variable, reference) = try Self.pair(name, value)
      guard let secret = SecretVariable(variable, reference) else {
        throw UsageError(description: "--secret-env takes NAME=czsec://SECRET, not `\(variable)=\(reference)`")
      }
      guard !secrets.contains(where: { $0.variable == variable }) else {
        throw UsageError(description: "--secret-env \(variable)= is given twice, and only one can hold")
      }
      secrets.append(secret)
    case "--skip":
      let name = try value()
      guard let check = AcceptanceChecks.all.first(where: { $0.name == name })?.check else {
        let names = AcceptanceChecks.all.map { "`\($0.name)`" }.joined(separator: ", ")
        throw UsageError(description: "--skip takes one of \(names), not `\(name)`")
      }
      bundleChecks.subtract(check)
    default: return false
    }
    return true
  }

  /// Handles an option that takes any text; returns whether this is one.
  private mutating func setText(_ name: String, _ value: Value) throws(UsageError) -> Bool {
    switch name {
    case "--api-key-file": service.keyFile = try value()
    case "--base-url": service.baseURL = try Self.url(name, try value(), such: ServiceSettings.defaultBaseURL)
    case "--ca-file": service.authorityFile = try value()
    case "--otlp-endpoint": telemetryEndpoint = try Self.url(name, try value(), such: "http://127.0.0.1:4318")
    case "--tools-lock": toolsLock = try value()
    case "--agent": agent = try value()
    case "--user": user = try value()
    case "--group": group = try value()
    case "--state-dir": stateDirectory = try value()
    case "--server":
      let name = try value()
      guard ServerName(name) != nil else {
        throw UsageError(description: "--server takes \(ServerName.requirement), not `\(name)`")
      }
      server = name
    default: return false
    }
    return true
  }

  /// Handles an option that takes one of several words, or a number; returns whether this is one.
  private mutating func setChoice(_ name: String, _ value: Value) throws(UsageError) -> Bool {
    switch name {
    case "--mode": mode = try Self.choice(name, value())
    case "--hybrid": hybrid = try Self.choice(name, value())
    case "--list": hidesDenied = try Self.choice(name, value(), no: "keep", yes: "hide")
    case "--deny-as": deniesAsError = try Self.choice(name, value(), no: "result", yes: "error")
    case "--audit-failure": allowsUnaudited = try Self.choice(name, value(), no: "deny", yes: "allow")
    case "--dlp-encoded": encodedArguments = try Self.choice(name, value())
    case "--dlp-results": resultMode = try Self.choice(name, value())
    case "--dlp-max-bytes":
      maxScannedBytes = try Self.number(name, value(), in: ArgumentScanner.defaultMaxBytes...Self.mostBytes)
    case "--max-frame-bytes": maxFrameBytes = try Self.number(name, value(), in: 1024...Self.mostBytes)
    case "--max-cache-age": maxCacheAge = try Self.number(name, value(), in: 1...Self.tenYears)
    case "--refresh-interval": refreshInterval = try Self.number(name, value(), in: 1...86_400)
    default: return false
    }
    return true
  }

  /// Handles an option without a value; returns whether this is one.
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

  /// What was given so far: names of options, and the files that the policy comes from.
  private struct Given {
    var names: [String] = []
    private var policy, bundle, keys: String?

    /// Returns whether the option is one of those.
    mutating func set(_ name: String, _ value: Value) throws(UsageError) -> Bool {
      switch name {
      case "--policy": policy = try value()
      case "--bundle": bundle = try value()
      case "--keys": keys = try value()
      default: return false
      }
      return true
    }

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
    guard let equals = word.utf8.firstIndex(of: UInt8(ascii: "=")) else { return (word, nil) }
    return (String(word[..<equals]), String(word[word.utf8.index(after: equals)...]))
  }

  private static func pair(_ name: String, _ value: Value) throws(UsageError) -> (String, String) {
    let text = try value()
    let (key, value) = split(text)
    guard let value, !key.isEmpty else { throw UsageError(description: "\(name) takes KEY=VALUE, not `\(text)`") }
    return (key, value)
  }

  private static func add(_ name: String, _ value: Value, to values: inout [String: String]) throws(UsageError) {
    let (key, value) = try pair(name, value)
    guard values.updateValue(value, forKey: key) == nil else {
      throw UsageError(description: "\(name) \(key)= is given twice, and only one can hold")
    }
  }

  /// Checks no more than that it is a URL at all: the rest is for the process that uses it.
  private static func url(_ name: String, _ value: String, such: String) throws(UsageError) -> String {
    let start = value.drop(while: \.isWhitespace).lowercased()
    if ["http://", "https://"].contains(where: start.hasPrefix) { return value }
    throw UsageError(description: "\(name) takes a URL such as \(such), not `\(value)`")
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

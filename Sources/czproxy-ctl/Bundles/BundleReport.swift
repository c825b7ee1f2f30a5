import Bundle
import Policy
import Wire

/// The checks of a bundle, and their outcomes.
struct BundleReport {
  enum Outcome {
    case passed(String)
    case skipped
    case failed(BundleError)
    /// The payload is not a policy.
    case unusable(PolicyError)
  }

  /// Why a bundle would not be enforced.
  struct Failure {
    /// A raw value of `BundleError.Kind`, or `policy`.
    let kind: String
    let code: String
    let reason: String
    let advice: String
    let sdkClass: String?
  }

  private(set) var checks: [(name: String, outcome: Outcome)] = []

  mutating func add(_ name: String, _ outcome: Outcome) { checks.append((name, outcome)) }

  /// The first check that fails.
  var failure: Failure? {
    checks.lazy.compactMap { check in
      switch check.outcome {
      case .passed, .skipped: nil
      case .failed(let error):
        Failure(
          kind: error.kind.rawValue, code: error.code.rawValue, reason: error.reason, advice: error.advice,
          sdkClass: error.sdkClass?.rawValue)
      case .unusable(let error):
        Failure(
          kind: "policy", code: error.diagnostics.first?.code.rawValue ?? "", reason: error.description,
          advice: "have its author make the bundle anew", sdkClass: nil)
      }
    }.first
  }

  // MARK: Checking

  mutating func examine(
    _ path: String, keys: borrowing BundleKeys, now: Int64, checks: AcceptanceChecks, stateDirectory: String?
  ) {
    guard let opened = open(path, keys) else { return }
    let (memory, damage) = readMemory(stateDirectory, isNeeded: checks.contains(.rollback))
    for (check, name) in AcceptanceChecks.all {
      guard checks.contains(check) else {
        add(name, .skipped)
        continue
      }
      let failure = opened.failure(of: check, keys: keys, now: now, memory: memory)
      if let error = check == .rollback ? damage ?? failure : failure {
        add(name, .failed(error))
      } else {
        add(name, .passed(detail(of: check, opened, keys, memory)))
      }
    }
    do throws(PolicyError) {
      let policy = try Policy.load(hosted: Array(opened.payload.bytes), fileName: path)
      add("policy", .passed("\(policy.ruleCount) rules, \(policy.enforcementStatus)"))
    } catch {
      add("policy", .unusable(error))
    }
  }

  private mutating func open(_ path: String, _ keys: borrowing BundleKeys) -> OpenedBundle? {
    var stage = "structure"
    do throws(BundleError) {
      let file = try BundleFile.read(path)
      let unverified = try UnverifiedBundle(parsing: file)
      let made = Instant(seconds: Int64(clamping: unverified.header.createdAt))
      add(stage, .passed("CZ01, \(file.count) bytes, made at \(made)"))
      stage = "signature"
      let verified = try unverified.verified(by: keys.signers)
      add(stage, .passed("Ed25519, by \(verified.signer)"))
      stage = "payload"
      let opened = try verified.open(with: keys.encryptionKey)
      add(stage, .passed("AES-256-GCM, Zstandard, \(opened.payload.bytes.count) bytes of JSON"))
      return opened
    } catch {
      add(stage, .failed(error))
      return nil
    }
  }

  private func readMemory(
    _ stateDirectory: String?, isNeeded: Bool
  ) -> (memory: AcceptedBundles, damage: BundleError?) {
    guard isNeeded, let stateDirectory else { return (AcceptedBundles(), nil) }
    do throws(BundleError) {
      return (try AcceptedBundlesFile(stateDirectory: stateDirectory).read(), nil)
    } catch {
      return (AcceptedBundles(), error)
    }
  }

  private func detail(
    of check: AcceptanceChecks, _ bundle: OpenedBundle, _ keys: borrowing BundleKeys, _ memory: AcceptedBundles
  ) -> String {
    switch check {
    case .project: return DisplayText.escaped(keys.projectID.utf8)
    case .expiry:
      let expiry = (try? bundle.expiry()) ?? nil
      return expiry.map { "at \(Instant(seconds: $0))" } ?? "never"
    case .rollback:
      let newest = memory.newest(of: keys.projectID, signer: bundle.signer)
      return newest.map { "the newest accepted was made at \(Instant(seconds: Int64(clamping: $0)))" }
        ?? "none was accepted before"
    default: return "in force"
    }
  }

  // MARK: Printing

  func printText(_ path: String) {
    for (name, outcome) in checks {
      let label = name.padded(to: 10)
      switch outcome {
      case .passed(let detail): print("\(Terminal.colored("ok  ", .green)) \(label) \(detail)")
      case .skipped: print("\(Terminal.colored("skip", .yellow)) \(label) left out by --skip")
      case .failed(let error): print("\(Terminal.colored("FAIL", .red)) \(label) \(error.reason)")
      case .unusable(let error):
        print("\(Terminal.colored("FAIL", .red)) \(label) \(DisplayText.escaped(error.description.utf8))")
      }
    }
    guard let failure else { return print("\(path) would be enforced") }
    print("\(path) would be refused: \(failure.kind)")
    print("what to do: \(failure.advice)")
  }

  func printJSON(_ path: String) {
    Terminal.printJSON { writer in
      writer.string("file", path)
      writer.boolean("enforced", failure == nil)
      let members: [(StaticString, String?)] = [
        ("class", failure?.kind), ("code", failure?.code), ("sdk_class", failure?.sdkClass),
        ("reason", failure?.reason), ("advice", failure?.advice),
      ]
      for (key, value) in members {
        if let value { writer.string(key, value) } else { writer.null(key) }
      }
      writer.beginArray("checks")
      for (name, outcome) in checks {
        writer.beginObject()
        writer.string("name", name)
        let (status, detail) =
          switch outcome {
          case .passed(let detail): ("passed", detail)
          case .skipped: ("skipped", "")
          case .failed(let error): ("failed", error.reason)
          case .unusable(let error): ("failed", error.description)
          }
        writer.string("outcome", status)
        writer.string("detail", detail)
        writer.endObject()
      }
      writer.endArray()
    }
  }
}

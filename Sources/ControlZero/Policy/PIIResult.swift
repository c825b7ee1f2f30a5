internal import DataLoss

#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

/// What to do about personal data and secrets in a text.
public enum PIIAction: String, Sendable, Hashable, CaseIterable {
  /// Report what was found.
  case detect
  /// Also give the text with every finding replaced by `[REDACTED-…]`.
  case mask
  /// Also give no text if anything was found.
  case block
}

/// What was found in a text.
public struct PIIResult: Sendable, Hashable {
  /// A place where a rule matched; never what stands there.
  public struct Finding: Sendable, Hashable {
    /// A detector's id, `builtin-us-ssn`, or that of a policy's rule.
    public let ruleID: String
    /// The rule's name, for people.
    public let ruleName: String
    /// `pii`, `secret`, `custom` … as the rule says.
    public let category: String
    /// Where the match is, in bytes of the text's UTF-8.
    public let range: Range<Int>
  }

  /// The action that was asked for.
  public let action: PIIAction
  /// The findings in the order of the text; never what was found itself.
  public let findings: [Finding]
  /// The text that may be passed on; nil if none may.
  public let text: String?

  /// Whether the text must not be passed on: it was to be blocked, and something was found.
  public var isBlocked: Bool { text == nil }

  init(_ text: [UInt8], _ action: PIIAction, _ scanner: Scanner) throws {
    let outcome: TextScanner.Outcome
    do throws(TextScanner.Failure) {
      outcome = try TextScanner(scanner).scan(text)
    } catch {
      throw TextScanError(
        description: "the text can't be scanned, so it may hold anything: \(error); give a shorter text, or withhold it"
      )
    }
    self.action = action
    findings = outcome.places.map {
      Finding(ruleID: $0.rule.id, ruleName: $0.rule.name, category: $0.rule.category, range: $0.range)
    }
    self.text =
      switch action {
      case .detect: String(decoding: text, as: UTF8.self)
      case .mask: String(decoding: outcome.masked, as: UTF8.self)
      case .block: findings.isEmpty ? String(decoding: text, as: UTF8.self) : nil
      }
  }
}

/// A text could not be scanned.
public struct TextScanError: LocalizedError, Sendable, Hashable, CustomStringConvertible {
  /// What is wrong, and what can be done.
  public let description: String

  public var errorDescription: String? { description }
}

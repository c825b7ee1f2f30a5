import Wire

/// Formats a record as one line for people, with text from the wire escaped.
enum AuditLine {
  static func text(of row: JSONDocument) -> String {
    func text(_ key: StaticString, limit: Int = 80) -> String {
      row.string(key).map { DisplayText.escaped($0, limit: limit) } ?? ""
    }
    func number(_ key: StaticString) -> Int? {
      row.member(key, of: row.root).flatMap { Int(String(decoding: row.raw($0), as: UTF8.self)) }
    }

    let time = text("ts").prefix(23).replacing("T", with: " ")
    let subject = "\(text("tool")):\(text("method"))"
    switch text("event") {
    case "outcome":
      let duration = number("duration_ns").map { " in \(milliseconds($0)) ms" } ?? ""
      let ending = row.isTrue("is_error") ? Terminal.colored("failed", .yellow) : Terminal.colored("done  ", .dim)
      return "\(time)  \(ending)  \(subject)\(duration), \(number("bytes") ?? 0) bytes\(scan(of: row))"
    case "dlp_output_observation":
      let label = Terminal.colored("found ", .dim)
      return "\(time)  \(label)  \(subject), \(number("bytes") ?? 0) bytes\(scan(of: row, andBuiltin: true))"
    case "refusal":
      let label = Terminal.colored("refuse", .red)
      return "\(time)  \(label)  a line from the \(text("from")): \(text("reason", limit: 200))"
    case "session_start":
      let label = Terminal.colored("start ", .dim)
      // Rows of the library have a client name instead of a server.
      let who = text("server").isEmpty ? text("client_name") : text("server")
      return "\(time)  \(label)  \(who): policy \(text("policy_path", limit: 200)) "
        + "(\(number("policy_rules") ?? 0) rules), \(text("mode"))"
    case "session_end":
      let label = Terminal.colored("end   ", .dim)
      let status = number("exit_status").map { "status \($0), " } ?? ""
      return "\(time)  \(label)  \(text("tool")): \(text("reason")), \(status)"
        + "\(number("calls") ?? 0) calls, \(number("denied") ?? 0) denied"
    case "list_edited":
      let label = Terminal.colored("list  ", .dim)
      return "\(time)  \(label)  \(subject): \(number("hidden") ?? 0) hidden"
    default:
      let doubts = texts("doubts", of: row).map { "; in doubt: \($0)" }.joined()
      let observed = text("enforcement_reason") == "observe_mode" ? " (observed: it went through)" : ""
      return "\(time)  \(label(text("decision")))  \(subject)  \(text("policy_id")) \(text("reason_code")): "
        + "\(text("reason", limit: 200))\(doubts)\(scan(of: row))\(observed)"
    }
  }

  /// The findings of the scan that the row records, and what was done about them.
  ///
  /// - Parameter andBuiltin: whether to include the built-in detectors. They change nothing, and match something in every
  ///   second answer: a date, a commit's hash.
  private static func scan(of row: JSONDocument, andBuiltin: Bool = false) -> String {
    func member(_ path: StaticString...) -> JSONDocument.Node? {
      path.reduce(row.root) { node, key in node.flatMap { row.member(key, of: $0) } }
    }
    func shown(_ node: JSONDocument.Node?) -> String? {
      node.flatMap { row.string($0) }.map { DisplayText.escaped($0, limit: 200) }
    }
    let rules = member("dlp_output_details", "rules") ?? member("dlp_outcome", "details", "rules")
    let found = (rules.map { row.elements(of: $0).compactMap { shown(row.member("rule_id", of: $0)) } } ?? [])
      .filter { andBuiltin || !$0.hasPrefix("builtin-") }
    let masked = member("dlp_masked") != nil || shown(member("dlp_output_effect")) == "masked"
    let withheld = shown(member("withheld_reason")).map { "; withheld: \($0)" } ?? ""
    return (found.isEmpty ? "" : "; \(masked ? "masked" : "found"): \(found.joined(separator: ", "))") + withheld
  }

  private static func texts(_ key: StaticString, of row: JSONDocument) -> [String] {
    guard let list = row.member(key, of: row.root), row.kind(of: list) == .array else { return [] }
    return row.elements(of: list).compactMap { row.string($0).map { DisplayText.escaped($0, limit: 200) } }
  }

  private static func label(_ decision: String) -> String {
    let padded = decision.padded(to: 6)
    return switch decision {
    case "allow": Terminal.colored(padded, .green)
    case "deny": Terminal.colored(padded, .red)
    case "warn": Terminal.colored(padded, .yellow)
    default: Terminal.colored(padded, .dim)
    }
  }

  private static func milliseconds(_ nanoseconds: Int) -> String {
    let hundredths = (nanoseconds / 5_000 + 1) / 2
    let fraction = hundredths % 100
    return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction)"
  }
}

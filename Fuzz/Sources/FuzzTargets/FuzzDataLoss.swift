import DataLoss
import Wire

/// The input is a byte that chooses the options, a pattern, and after a byte 0xff the JSON that is searched for it.
///
/// Masked JSON is still JSON, edits lie within it and do not overlap, and detection alone changes nothing.
public func fuzzDataLoss(_ input: [UInt8]) {
  guard let kind = input.first else { return }
  let parts = input.dropFirst().split(separator: 0xff, maxSplits: 1, omittingEmptySubsequences: false)
  let hasPattern = parts.count > 1
  let text = Array(parts[parts.count - 1])
  guard let document = try? JSONDocument(parsing: text[...]) else { return }
  let action: DetectionRule.Action = kind & 1 == 0 ? .mask : .block
  let rules = hasPattern ? [DetectionRule(id: "own", pattern: Array(parts[0]), category: "custom", action: action)] : []
  let scanner = Scanner(rules: rules)

  for mode in ResultMode.allCases {
    let outcome = ResultScanner(scanner).scan([document.root], in: document, mode: mode, mayRetype: kind & 2 == 0)
    if mode == .off || mode == .detect { check(outcome.edits.isEmpty && outcome.denial == nil, "looking changes") }
    let masked = ByteEdits.apply(outcome.edits, to: text)
    check((try? JSONDocument(parsing: masked[...])) != nil, "masked JSON that is not JSON")
  }
  guard document.kind(of: document.root) == .object else { return }
  var arguments = ArgumentScanner(scanner)
  arguments.encoded = kind & 4 == 0 ? .scan : .deny
  let outcome = arguments.scan((document, document.root))
  let masked = ByteEdits.apply(outcome.edits, to: text)
  check((try? JSONDocument(parsing: masked[...])) != nil, "masked arguments that are not JSON")
}

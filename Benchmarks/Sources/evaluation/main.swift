import Policy
import Wire

// Prints one line per measurement: rules, conditions, where the rule is hit, ns per decision, ns with making the call.

/// A policy of rules that each allow one tool of one server.
func policy(rules count: Int, hasConditions: Bool) throws -> Policy {
  var text = "{\"version\": \"1\", \"rules\": ["
  for number in 0..<count {
    if number > 0 { text += "," }
    text += "{\"effect\": \"allow\", \"actions\": [\"server\(number):tool_\(number)\"]"
    if hasConditions {
      text += ", \"conditions\": {\"path\": \"/data/\(number)/*\", \"size\": {\"op\": \"lt\", \"value\": 100}}"
    }
    text += "}"
  }
  text += "]}"
  return try Policy.load(local: Array(text.utf8), format: .json, fileName: "policy.json")
}

@inline(never)
func measure(_ body: () -> Int) -> Double {
  let clock = ContinuousClock()
  var rounds = 1000
  var best = Double.infinity
  // The median of these is within the noise of their best, and the best repeats better.
  for _ in 0..<15 {
    var sum = 0
    let elapsed = clock.measure { for _ in 0..<rounds { sum &+= body() } }
    precondition(sum != -1)
    let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18
    best = min(best, seconds / Double(rounds) * 1e9)
    if seconds < 0.02 { rounds *= 2 }
  }
  return best
}

func padded(_ number: Double) -> String { "\(Int(number))" }

print("rules\tconditions\thit\tdecide_ns\tcall_and_decide_ns")
for count in [1, 100, 1000, 10000] {
  for hasConditions in [false, true] {
    let policy = try policy(rules: count, hasConditions: hasConditions)
    for (hit, number) in [("early", 0), ("late", count - 1), ("never", count + 7)] {
      let arguments = Array("{\"path\":\"/data/\(number)/x.txt\",\"size\":12,\"note\":\"hello\"}".utf8)
      let document = try JSONDocument(parsing: arguments[...])
      let server = Array("server\(number)".utf8)
      let tool = Array("tool_\(number)".utf8)
      let context = Context()
      func make() -> Call {
        Call(server: server, tool: tool, arguments: (document, document.root), context: context)
      }
      let call = make()
      precondition((policy.decide(call).effect == .allow) == (hit != "never"))
      let decide = measure { policy.decide(call).evaluatedRules }
      let both = measure { policy.decide(make()).evaluatedRules }
      print("\(count)\t\(hasConditions)\t\(hit)\t\(padded(decide))\t\(padded(both))")
    }
  }
}

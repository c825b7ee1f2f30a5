import Policy

// Prints one line per measurement: rules, bytes of the payload, milliseconds to load it and to decide a first call.
// The numbers of rules may be given as arguments.

func payload(rules count: Int) -> [UInt8] {
  var text = "{\"project_id\":\"p\",\"policies\":[{\"id\":\"p\",\"rules\":["
  for number in 0..<count {
    if number > 0 { text += "," }
    text += "{\"id\":\"r\(number)\",\"effect\":\"allow\",\"actions\":[\"server\(number):tool_\(number)\"],"
    text += "\"reason\":\"because of \(number)\",\"conditions\":"
    text += "{\"path\":{\"op\":\"glob\",\"value\":\"/data/\(number)/*\"}}}"
  }
  return Array((text + "]}]}").utf8)
}

print("rules\tbytes\tload_and_decide_ms")
let given = CommandLine.arguments.dropFirst().compactMap { Int($0) }
for count in given.isEmpty ? [10, 1000, 10000, 105_000] : given {
  let bytes = payload(rules: count)
  var best = Double.infinity
  for _ in 0..<5 {
    let elapsed = try ContinuousClock().measure {
      let policy = try Policy.load(hosted: bytes, fileName: "payload")
      let call = Call(server: Array("server1".utf8), tool: Array("x".utf8), arguments: nil, context: Context())
      precondition(policy.decide(call).effect == .deny)
    }
    best = min(best, Double(elapsed.components.attoseconds) * 1e-15 + Double(elapsed.components.seconds) * 1e3)
  }
  let hundredths = Int(best * 100)
  print("\(count)\t\(bytes.count)\t\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)")
}

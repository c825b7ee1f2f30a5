// The finance agent of the documentation, without a service: its policy is a file.
//
//   swift run finance policy.yaml STATE-DIRECTORY

import ControlZero

struct Order: Codable {
  var id: Int
  var total: Double
}

var configuration = ControlZeroConfiguration(
  apiKey: "cz_test_example", agentName: "finance-agent", policyMode: .local, policyPath: CommandLine.arguments[1])
configuration.stateDirectory = CommandLine.arguments[2]

try withControlZero(configuration) { client in
  client.register("database") { method, arguments, context in
    [["id": 1, "total": 129.5], ["id": 2, "total": 80]]
  }
  client.register("payments") { method, arguments, context in
    ["paid": arguments["amount"] ?? 0]
  }

  let orders = try client.callTool(
    "database", "query", ["sql": "SELECT * FROM orders"],
    context: ["user_id": "agent-001", "user_group": "analysts"], as: [Order].self)
  print("\(orders.count) orders, \(orders.reduce(0) { $0 + $1.total }) in all")

  do {
    try client.callTool("database", "query", ["sql": "SELECT * FROM orders"], context: ["user_id": "agent-002"])
  } catch let error as PolicyDeniedError {
    print("Blocked: \(error.decision.reasonCode)")
  }

  for amount in [100, 5000] as [Int64] {
    let decision = try client.evaluate("payments", "transfer", ["amount": .integer(amount)])
    print("a payment of \(amount): \(decision.effect.rawValue)")
  }
  print("paid: \(try client.callTool("payments", "transfer", ["amount": 100])["paid"]?.integer ?? 0)")
}

// The filesystem agent of the documentation, on a real MCP server, in tasks.
//
//   swift run filesystem policy.yaml STATE-DIRECTORY FILE SERVER [ARGUMENT ...]

import ControlZero

var configuration = ControlZeroConfiguration(
  apiKey: "cz_test_example", policyMode: .local, policyPath: CommandLine.arguments[1])
configuration.stateDirectory = CommandLine.arguments[2]
let file = CommandLine.arguments[3]
let server = Array(CommandLine.arguments[4...])

try await withControlZero(configuration) { client in
  client.registerServer("filesystem", command: server)

  let result = try await client.callTool(
    "filesystem",  // MCP server name
    "read_file",  // MCP tool name
    ["path": .string(file)],
    context: ["user_id": "agent-001"])
  print("Read: \(result.contentText ?? "")")

  do {
    try await client.callTool("filesystem", "write_file", ["path": .string(file), "content": "..."])
  } catch let error as PolicyDeniedError {
    print("Blocked: \(error.decision.reason)")
    print("Policy: \(error.decision.policyID ?? "none")")
  }
}

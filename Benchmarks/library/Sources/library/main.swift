// Times the library: library evaluate|call POLICY STATE-DIRECTORY COUNT THREADS < CALL
//
// `evaluate` decides; `call` is `callTool` on a closure: decide, record on disk, run, scan the result, record again.
// Prints the nanoseconds of wall-clock time per operation, over all threads.

import ControlZero
import Foundation

let mode = CommandLine.arguments[1]
let (policy, state) = (CommandLine.arguments[2], CommandLine.arguments[3])
let (count, threads) = (Int(CommandLine.arguments[4]) ?? 1, Int(CommandLine.arguments[5]) ?? 1)
let call = try JSONValue(parsing: readLine() ?? "")
let (tool, method) = (call["tool"]?.string ?? "", call["method"]?.string ?? "")
let arguments = call["args"]?.object ?? [:]
let context = CallContext(call["context"]?.object ?? [:])

var configuration = ControlZeroConfiguration(apiKey: "cz_test_benchmark", policyMode: .local, policyPath: policy)
configuration.stateDirectory = state
try withControlZero(configuration) { client in
  client.register(tool) { _, _, _ in [["id": 1, "total": 129.5]] }
  let once: @Sendable () throws -> Void = { [tool, method, arguments, context] in
    if mode == "call" {
      _ = try client.callTool(tool, method, arguments, context: context)
    } else {
      _ = try client.evaluate(tool, method, arguments, context: context)
    }
  }
  try once()
  let start = ContinuousClock.now
  let group = DispatchGroup()
  for _ in 0..<threads {
    Thread { [count] in
      for _ in 0..<count { try? once() }
      group.leave()
    }.start(entering: group)
  }
  group.wait()
  let took = ContinuousClock.now - start
  print(Int(took / .nanoseconds(1)) / (count * threads))
}

extension Thread {
  fileprivate func start(entering group: DispatchGroup) {
    group.enter()
    start()
  }
}

// Times `evaluate` of the library: library POLICY STATE-DIRECTORY COUNT THREADS < CALL
//
// Prints the nanoseconds of wall-clock time that one decision took, over all threads.

import ControlZero
import Foundation

let (policy, state) = (CommandLine.arguments[1], CommandLine.arguments[2])
let (count, threads) = (Int(CommandLine.arguments[3]) ?? 1, Int(CommandLine.arguments[4]) ?? 1)
let call = try JSONValue(parsing: readLine() ?? "")
let (tool, method) = (call["tool"]?.string ?? "", call["method"]?.string ?? "")
let arguments = call["args"]?.object ?? [:]
let context = CallContext(call["context"]?.object ?? [:])

var configuration = ControlZeroConfiguration(apiKey: "cz_test_benchmark")
configuration.policyMode = .local
configuration.policyPath = policy
configuration.stateDirectory = state
try withControlZero(configuration) { client in
  _ = try client.evaluate(tool, method, arguments, context: context)
  let start = ContinuousClock.now
  let group = DispatchGroup()
  for _ in 0..<threads {
    Thread { [tool, method, arguments, context, count] in
      for _ in 0..<count { _ = try? client.evaluate(tool, method, arguments, context: context) }
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

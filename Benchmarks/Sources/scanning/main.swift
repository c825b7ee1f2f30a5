import DataLoss
import Foundation
import Wire

// Scans the arguments, a JSON object, in each file that is named. Prints one line per file: microseconds for scanning
// the arguments, microseconds for scanning an answer with the same content, and findings.

@inline(never)
func measure(_ body: () -> Int) -> Double {
  let clock = ContinuousClock()
  var rounds = 1
  var best = Double.infinity
  for _ in 0..<25 {
    var sum = 0
    let elapsed = clock.measure { for _ in 0..<rounds { sum &+= body() } }
    precondition(sum != -1)
    let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18
    best = min(best, seconds / Double(rounds) * 1e6)
    if seconds < 0.02 { rounds *= 2 }
  }
  return best
}

func rounded(_ number: Double) -> String { "\(Int(number)).\(Int(number * 10) % 10)" }

print("file\targuments_us\tanswer_us\tfindings")
for path in CommandLine.arguments.dropFirst() {
  let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
  let document = try JSONDocument(parsing: bytes[...])
  let arguments = ArgumentScanner(.builtin)
  let results = ResultScanner(.builtin)
  let first = measure { arguments.scan((document, document.root)).findings.count }
  let second = measure { results.scan([document.root], in: document, mode: .detect).findings.count }
  let found = arguments.scan((document, document.root)).findings.count
  print("\(path)\t\(rounded(first))\t\(rounded(second))\t\(found)")
}

import Foundation
import Testing

/// The differential: generated frames go through the built proxy, and every installed reader reads what it lets
/// through.
@Suite struct SmuggleTests {
  @Test(arguments: ["--seed 20261124", ""])
  func `no reader sees a call that the policy denies, or another message than the rest`(seed: String) throws {
    // Missing readers are built if their tools are there; the script says which it leaves out.
    try RunningProcess(["\(Project.root)/Fuzz/smuggle/setup-readers"]).wait()
    let words = seed.split(separator: " ").map(String.init)
    let process = try RunningProcess(
      [
        "python3", "\(Project.root)/Fuzz/smuggle/smuggle", "--czproxy", Project.czproxy, "--count", "15000",
        "--replay", "\(Project.root)/Testdata/hostile",
      ] + words)
    #expect(try process.wait() == 0, "\(process.output.text.suffix(4000))\(process.errors.text.suffix(2000))")
  }
}

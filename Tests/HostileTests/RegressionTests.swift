import Foundation
import Testing

/// What the fuzzers once found stays repaired: each file of `Fuzz/regressions/TARGET` goes through its target again.
@Suite struct RegressionTests {
  private static let targets: [String: @Sendable ([UInt8]) -> Void] = [
    "json": fuzzJSON, "framer": fuzzFramer, "message": fuzzMessage, "policy": fuzzPolicy, "audit": fuzzAudit,
    "dataloss": fuzzDataLoss, "bundle": fuzzBundle, "session": fuzzSession,
  ]

  @Test(arguments: targets.keys.sorted())
  func `what was found once is not found again`(name: String) throws {
    let target = try #require(Self.targets[name])
    let directory = "\(Project.root)/Fuzz/regressions/\(name)"
    let files = try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
    #expect(!files.isEmpty)
    for file in files {
      target([UInt8](FileManager.default.contents(atPath: "\(directory)/\(file)") ?? Data()))
    }
  }

  @Test func `the vectors go through the targets`() throws {
    let root = "\(Project.root)/Testdata/wire"
    for path in try FileManager.default.subpathsOfDirectory(atPath: root).sorted() where path.hasSuffix(".json") {
      let bytes = [UInt8](FileManager.default.contents(atPath: "\(root)/\(path)") ?? Data())
      fuzzJSON(bytes)
      fuzzMessage(bytes)
      fuzzFramer([2, 3] + bytes)
      fuzzDataLoss([0] + Array("[a-z]+".utf8) + [0xff] + bytes)
    }
  }
}

import Foundation
import Testing

/// The process that sees every message is one static file without network code.
@Suite struct LinkageTests {
  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/proc")))
  func `czproxy is static and holds neither Foundation, Dispatch, libcurl nor the concurrency runtime`() throws {
    let kind = try RunningProcess(["ldd", Project.czproxy])
    try kind.wait()
    #expect((kind.output.text + kind.errors.text).contains("not a dynamic executable"))
    let symbols = try RunningProcess(["nm", "--defined-only", Project.czproxy])
    #expect(try symbols.wait() == 0)
    let text = symbols.output.text
    #expect(text.contains("crypto_hash_sha256"))
    for unwanted in ["swift_task_create", "dispatch_async", "$s10Foundation", "curl_easy", "$s20FoundationEssentials"] {
      #expect(!text.contains(unwanted), "\(unwanted) is linked in")
    }
  }
}

import Bundle
import ControlZero
import Foundation
import State
import Testing

@testable import ControlPlane

#if os(Linux)
  /// What clients leave behind, each in a process of its own.
  @Suite struct ResourceTests {
    /// Descriptors, threads and children of this process.
    private struct Inventory: Equatable {
      let descriptors: Int
      let threads: Int
      let children: Int

      init() throws {
        descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
        let tasks = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")
        threads = tasks.count
        children = tasks.reduce(0) { sum, task in
          let text = (try? String(contentsOfFile: "/proc/self/task/\(task)/children", encoding: .utf8)) ?? ""
          return sum + text.split(separator: " ").count
        }
      }
    }

    @Test func `a thousand clients leave no descriptor, thread or child behind`() async throws {
      await #expect(processExitsWith: .success) {
        let scratch = try Scratch()
        let service = try StandIn()
        let servers = try ServerTests.servers(scratch)
        func use(_ number: Int) async throws {
          var configuration = try scratch.configuration(ServerTests.allowAll) { $0.serversPath = servers }
          if number % 8 < 2 {
            configuration.policyMode = .cloud
            configuration.baseURL = service.url
          }
          guard number.isMultiple(of: 2) else {
            return try await withControlZero(configuration) { client in
              _ = try client.evaluate("t", "m")
              if number % 10 == 1 { _ = try? await client.callTool("t", "m") }
              if number % 50 == 1 { _ = try? await client.callTool("s", "echo") }
            }
          }
          try withControlZero(configuration) { client throws in
            _ = try client.evaluate("t", "m")
            if number.isMultiple(of: 10) {
              client.register("t") { _, _, _ in nil }
              _ = try? client.callTool("t", "m")
            }
            if number.isMultiple(of: 50) { _ = try? client.callTool("s", "echo") }
          }
        }
        for number in 0..<52 { try await use(number) }
        let before = try Inventory()
        for number in 0..<1000 { try await use(number) }
        // A thread of Dispatch's pool ends seconds after its work; a task that slept meanwhile would give the pool more
        // work.
        try eventually {
          let after = try Inventory()
          return after.descriptors <= before.descriptors && after.threads <= before.threads
            && after.children <= before.children
        }
      }
    }

    @Test func `a program that is killed leaves no server behind, though that ignores the end of its input`()
      async throws
    {
      let marker = "marker-\(UUID().uuidString)"
      await #expect(processExitsWith: .signal(SIGKILL)) { [marker = marker as String] in
        let scratch = try Scratch()
        try withControlZero(scratch.configuration(ServerTests.allowAll)) { client throws in
          client.registerServer("s", command: Project.scriptedServer + ["--ignore-eof", "--marker", marker])
          try client.callTool("s", "echo")
          kill(getpid(), SIGKILL)
        }
      }
      try eventually {
        try FileManager.default.contentsOfDirectory(atPath: "/proc").allSatisfy { name in
          let words = FileManager.default.contents(atPath: "/proc/\(name)/cmdline") ?? Data()
          return Int(name) == nil || !String(decoding: words, as: UTF8.self).contains(marker)
        }
      }
    }

    @Test func `a closed client's keys are gone from memory`() async throws {
      await #expect(processExitsWith: .success) {
        // The end of a key that is nowhere else in memory, with one added to each byte.
        let shifted = (0..<24).map { _ in UInt8.random(in: 0x62...0x7a) }
        func plain() -> [UInt8] { Array("cz_live_".utf8) + shifted.map { $0 &- 1 } }
        let service = try StandIn()
        func makeClient(_ scratch: Scratch) throws -> ControlZeroClient {
          var bytes = plain()
          var key = String(decoding: bytes, as: UTF8.self)
          var configuration = try service.configuration(scratch)
          configuration.apiKey = key
          let client = try ControlZeroClient(configuration)
          configuration.apiKey = ""
          // Wiping its own copies is up to the program.
          key.withUTF8 { text in
            let start = unsafe UnsafeMutablePointer(mutating: text.baseAddress)
            unsafe start?.update(repeating: 0x2a, count: text.count)
          }
          for place in bytes.indices { bytes[place] = 0 }
          return client
        }
        let scratch = try Scratch()
        let client = try makeClient(scratch)
        // The service knows another key, but it is sent this one all the same.
        #expect(throws: PolicyUnavailableError.self) { try client.initialize() }
        try #require(try OwnMemory.occurrences(ofShifted: shifted) > 0)
        client.close()
        try #require(try OwnMemory.occurrences(ofShifted: shifted) == 0)
      }
    }

    /// The key of the test data's project, shifted: as the service sends it, and as bundles are opened with it. Nothing
    /// here makes it what it is.
    private static func shiftedForms() -> [[UInt8]] {
      let text: StaticString = "VlC7MHoAYcTgo8ZMwd8JdIFI7QbI2NERDysVPt1aogE="
      let base64 = unsafe UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount).map { $0 &+ 1 }
      var raw: [UInt8] = []
      var (bits, count) = (UInt32(0), 0)
      for byte in base64 where byte != UInt8(ascii: "=") + 1 {
        let value: UInt8 =
          switch byte - 1 {
          case 0x41...0x5a: byte - 1 - 0x41
          case 0x61...0x7a: byte - 1 - 0x61 + 26
          case 0x30...0x39: byte - 1 - 0x30 + 52
          case 0x2b: 62
          default: 63
          }
        (bits, count) = (bits << 6 | UInt32(value), count + 6)
        if count >= 8 {
          count -= 8
          raw.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)) &+ 1)
        }
      }
      return [base64, raw]
    }

    /// Writes the keys into the midst of much else, with many copies of the key, outside of this process: what is freed
    /// is soon written over in part, and what stood there would not be found.
    private static func surround(_ path: String, as other: String) throws {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      process.arguments = [
        "python3", "-c",
        """
        import json, sys
        keys = json.load(open(sys.argv[1]))
        more = ["x" * 1000 + keys["project_encryption_key_b64"]] * 25
        json.dump({"before": more, **keys, "after": more}, open(sys.argv[2], "w"))
        """, path, other,
      ]
      try process.run()
      process.waitUntilExit()
      try #require(process.terminationStatus == 0)
    }

    @Test func `a project's key is nowhere in memory once its client is closed`() async throws {
      await #expect(processExitsWith: .success) {
        let forms = ResourceTests.shiftedForms()
        let scratch = try Scratch()
        let keys = "\(scratch.path)/keys.json"
        try ResourceTests.surround(Project.keys, as: keys)
        let service = try StandIn(keys: keys)
        // Checked right after each place that handles the key, before freed memory is reused.
        func isGone() throws -> Bool { try forms.allSatisfy { try OwnMemory.occurrences(ofShifted: $0) == 0 } }
        do {
          let key = try APIKey(Project.apiKey.utf8)
          var client = try ControlPlaneClient(ServiceURL(service.url), key: key, options: HTTPClient.Options())
          _ = try client.bootstrap()
        }
        try #require(try isGone())
        do { _ = try BundleFile.keys(keys) }
        try #require(try isGone())
        func use(_ configuration: ControlZeroConfiguration) throws {
          try withControlZero(configuration) { client throws in
            _ = try client.evaluate("github", "list_issues")
            try client.syncPolicies()
          }
          try #require(try isGone())
        }
        // From the service, from the cache that it left, and from a file.
        try use(service.configuration(scratch))
        try use(service.configuration(scratch))
        try use(
          scratch.configuration("") { configuration in
            configuration.policyPath = Project.bundle("valid")
            configuration.keysPath = keys
          })
        // The search would find the key if it were there.
        let kept = forms.map { $0.map { $0 &- 1 } }
        for form in forms { try #require(try OwnMemory.occurrences(ofShifted: form) > 0) }
        try #require(kept.count == 2)
      }
    }
  }
#endif

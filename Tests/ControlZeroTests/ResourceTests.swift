import ControlZero
import Foundation
import Testing

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
        func use(_ number: Int) throws {
          var configuration = try scratch.configuration(ServerTests.allowAll) { $0.serversPath = servers }
          if number.isMultiple(of: 4) {
            configuration.policyMode = .cloud
            configuration.baseURL = service.url
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
        for number in 0..<52 { try use(number) }
        let before = try Inventory()
        for number in 0..<1000 { try use(number) }
        // A thread of Dispatch's pool ends a moment after its work.
        try eventually {
          let after = try Inventory()
          return after.descriptors <= before.descriptors && after.threads <= before.threads
            && after.children <= before.children
        }
      }
    }

    /// Occurrences of a text in the memory of this process. It is given shifted, so as not to be found in itself.
    private static func occurrences(ofShifted shifted: [UInt8]) throws -> Int {
      let file = unsafe open("/proc/self/mem", O_RDONLY)
      defer { close(file) }
      // What is looked through is copied here, and must not be found here.
      let capacity = 4 << 20
      let space = unsafe mmap(nil, capacity, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
      guard let space = unsafe space, unsafe space != MAP_FAILED else { throw POSIXError(.ENOMEM) }
      defer { unsafe munmap(space, capacity) }
      let own = UInt(bitPattern: space)..<UInt(bitPattern: space) + UInt(capacity)
      var found = 0
      // It comes in parts, of which reading it as a file of a known size takes the first.
      let maps = try FileHandle(forReadingFrom: URL(fileURLWithPath: "/proc/self/maps")).readToEnd() ?? Data()
      for line in String(decoding: maps, as: UTF8.self).split(separator: "\n") {
        let words = line.split(separator: " ")
        let ends = words[0].split(separator: "-").compactMap { UInt(String($0), radix: 16) }
        // Memory of its own; a key is where nothing can be written.
        guard words[1].hasPrefix("rw") || words[1].hasPrefix("r--") && words[4] == "0", ends.count == 2 else {
          continue
        }
        var start = ends[0]
        while start < ends[1] {
          let count = min(ends[1] - start, UInt(capacity))
          if !(start..<start + count).overlaps(own) {
            let read = unsafe pread(file, space, Int(count), off_t(start))
            let bytes = unsafe UnsafeRawBufferPointer(start: space, count: max(read, 0))
            for place in 0..<max(0, bytes.count - shifted.count + 1) {
              var matched = 0
              while matched < shifted.count, unsafe bytes[place + matched] == shifted[matched] &- 1 { matched += 1 }
              if matched == shifted.count { found += 1 }
            }
          }
          start += count
        }
      }
      return found
    }

    @Test func `a closed client's keys are gone from memory`() async throws {
      await #expect(processExitsWith: .success) {
        // The end of a key that stands nowhere else, one added to each byte.
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
          // The program's own copies are the program's matter.
          key.withUTF8 { text in
            let start = unsafe UnsafeMutablePointer(mutating: text.baseAddress)
            unsafe start?.update(repeating: 0x2a, count: text.count)
          }
          for place in bytes.indices { bytes[place] = 0 }
          return client
        }
        let scratch = try Scratch()
        let client = try makeClient(scratch)
        // The service knows another key; it gets this one all the same.
        #expect(throws: PolicyUnavailableError.self) { try client.initialize() }
        try #require(try ResourceTests.occurrences(ofShifted: shifted) > 0)
        client.close()
        try #require(try ResourceTests.occurrences(ofShifted: shifted) == 0)
      }
    }
  }
#endif

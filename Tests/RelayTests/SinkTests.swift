import Foundation
import Platform
import Testing

@testable import Relay

@Suite struct SinkTests {
  private static func line(_ count: Int) -> ArraySlice<UInt8> {
    (Array(repeating: UInt8(ascii: "x"), count: count - 1) + [UInt8(ascii: "\n")])[...]
  }

  @Test func `our own bytes that went out count no longer, though something always waits`() throws {
    let pipe = Pipe()
    var sink = Sink(own: Descriptor(dup(pipe.fileHandleForWriting.fileDescriptor)))
    while sink.backlog == 0 { sink.send(Self.line(1000)) }
    for _ in 1...200 { sink.send(Self.line(1000), isOwn: true) }
    #expect(sink.ownBytes == 200_000)
    while sink.backlog > 50_000 {
      #expect(try pipe.fileHandleForReading.read(upToCount: 4096)?.count == 4096)
      sink.flush()
    }
    #expect(sink.backlog > 0 && sink.ownBytes <= sink.backlog)
  }
}

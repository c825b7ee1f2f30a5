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

  @Test func `a sink that is finished delivers what waits, takes nothing more and closes`() throws {
    let pipe = Pipe()
    var sink = Sink(own: Descriptor(dup(pipe.fileHandleForWriting.fileDescriptor)))
    try pipe.fileHandleForWriting.close()
    var sent = 0
    while sink.backlog == 0 {
      sink.send(Self.line(1000))
      sent += 1000
    }
    sink.finish()
    sink.send(Self.line(1000))
    #expect(sink.isOpen && sink.isClosing)
    var received = 0
    while sink.backlog > 0 {
      received += try pipe.fileHandleForReading.read(upToCount: 4096)?.count ?? 0
      sink.flush()
    }
    let isOpen = sink.isOpen
    #expect(!isOpen)
    sink.shut()
    received += try pipe.fileHandleForReading.readToEnd()?.count ?? 0
    #expect(received == sent)
  }
}

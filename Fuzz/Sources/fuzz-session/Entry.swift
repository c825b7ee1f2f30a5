import FuzzTargets

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  fuzzSession(Array(UnsafeBufferPointer(start: start, count: count)))
  return 0
}

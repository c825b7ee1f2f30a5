/// The words of the command line with the bytes that they came with.
package enum Arguments {
  /// The last of them. `CommandLine.arguments` has another word in the place of one that is not UTF-8.
  package static func last(_ count: Int) -> [[UInt8]] {
    unsafe UnsafeBufferPointer(start: CommandLine.unsafeArgv, count: Int(CommandLine.argc)).suffix(count).map { word in
      unsafe word.map { unsafe Array(UnsafeRawBufferPointer(start: $0, count: strlen($0))) } ?? []
    }
  }
}

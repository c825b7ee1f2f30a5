/// The command-line arguments, as the bytes that were passed.
package enum Arguments {
  /// The last `count` arguments. `CommandLine.arguments` has another text in place of one that is not UTF-8.
  package static func last(_ count: Int) -> [[UInt8]] {
    unsafe UnsafeBufferPointer(start: CommandLine.unsafeArgv, count: Int(CommandLine.argc)).suffix(count).map { word in
      unsafe word.map { unsafe Array(UnsafeRawBufferPointer(start: $0, count: strlen($0))) } ?? []
    }
  }
}

private import CShims

/// The command-line arguments.
///
/// `CommandLine` searches the memory map of the process for them, which takes longer than anything else before the
/// first fork, and has another text in place of one that is not UTF-8.
package enum Arguments {
  /// All of them, the program's name first, and a null pointer.
  private static var vector: UnsafePointer<UnsafeMutablePointer<CChar>?> {
    unsafe cz_arguments() ?? UnsafePointer(CommandLine.unsafeArgv)
  }

  /// All arguments, the program's name first, as text.
  package static var texts: [String] {
    var next = unsafe vector
    var texts: [String] = []
    while let word = unsafe next.pointee {
      unsafe texts.append(String(cString: word))
      unsafe next += 1
    }
    return texts
  }

  /// The last `count` arguments and the null pointer behind them, as exec(3) takes them; all if there are fewer.
  package static func last(_ count: Int) -> UnsafePointer<UnsafeMutablePointer<CChar>?> {
    let all = unsafe vector
    var end = 0
    while unsafe all[end] != nil { end += 1 }
    return unsafe all + max(0, end - count)
  }
}

private import CShims

/// The command-line arguments.
///
/// `CommandLine` searches the memory map of the process for them, which takes longer than anything else before the
/// first fork, and has another text in place of one that is not UTF-8.
package enum Arguments {
  /// All arguments, the program's name first, as text.
  package static var texts: [String] {
    guard var next = unsafe cz_arguments() else { return CommandLine.arguments }
    var texts: [String] = []
    while let word = unsafe next.pointee {
      unsafe texts.append(String(cString: word))
      unsafe next += 1
    }
    return texts
  }

  /// The last `count` arguments and the null pointer behind them, as exec(3) takes them; all if there are fewer.
  package static func last(_ count: Int) -> UnsafePointer<UnsafeMutablePointer<CChar>?> {
    let all = unsafe cz_arguments() ?? UnsafePointer(CommandLine.unsafeArgv)
    var end = 0
    while unsafe all[end] != nil { end += 1 }
    return unsafe all + max(0, end - count)
  }
}

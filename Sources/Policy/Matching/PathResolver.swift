import Python
import Wire

/// Finds the places in a file system that a text may name, in any way that some tool reads it.
struct PathResolver {
  let files: any FileSystemView

  /// How many more times the file system may be consulted. A call may hold any number of paths.
  private var lookups = Self.maxLookups

  init(files: any FileSystemView) {
    self.files = files
  }

  /// The components of an absolute path without links, `.` and `..`.
  typealias Place = [ArraySlice<UInt8>]

  static let maxLinks = 40
  /// The longest path that systems accept; a longer one names nothing, though some tools shorten it before use.
  static let maxPathBytes = 4096
  static let maxLookups = 20_000

  private static let slash = UInt8(ascii: "/")

  /// Paths that differ between processes: they lead the server elsewhere than the proxy.
  private static let ofProcesses = ["/proc/self", "/proc/thread-self", "/dev/fd"].map { Array($0.utf8) }

  /// What a text names.
  enum Readings {
    case places([Place])
    case undecided(Doubt)
  }

  /// All places that some tool would take the text for: with and without surrounding white space and quotation marks,
  /// with `file:` and percent escapes decoded or not, with a backslash as a slash or not, `~` expanded or not, `..`
  /// removed before links are followed or after.
  ///
  /// - Parameters:
  ///   - bases: absolute directories that relative paths may start from. Without any, what a relative path names is
  ///     unknown: some servers take it from their working directory, others from a directory that they serve.
  ///   - protects: whether the rule denies what is within a directory. An empty text, as good as none, is then what
  ///     the tool starts from, and a web address what it is to a tool that reads it as a path.
  mutating func readings(of text: ArraySlice<UInt8>, from bases: [[UInt8]], protects: Bool) -> Readings {
    guard text.count <= Self.maxPathBytes, !text.contains(0) else { return .undecided(.place) }
    if text.isEmpty, protects, !bases.isEmpty {
      let places = bases.compactMap { resolve($0) }
      return places.count == bases.count ? .places(places) : .undecided(.place)
    }
    guard text.contains(where: { $0 > 0x20 }) else { return .undecided(bases.isEmpty ? .relativePath : .place) }
    var spellings: [[UInt8]] = []
    for plain in Self.withAndWithoutSpace(text) {
      guard !plain.isEmpty else { return .undecided(.place) }
      let paths = Self.filePaths(plain, schemes: protects ? ["file", "http", "https"] : ["file"])
      // A tool that does not read URLs finds nothing under such a name, wherever it starts from, unless it is led out of
      // there again.
      if paths.isEmpty || !bases.isEmpty || Self.leadsUp(plain) { spellings.append(plain) }
      // A tool may read this from anywhere, including files (`local_file:/etc`).
      if paths.isEmpty, Self.isOtherURL(plain) { return .undecided(.url) }
      spellings += paths
    }
    // What a URL was taken apart from may be decoded again.
    for _ in 0..<2 {
      for spelling in spellings {
        guard let decoded = Self.percentDecoded(spelling), !spellings.contains(decoded) else { continue }
        guard !decoded.contains(0) else { return .undecided(.place) }
        spellings.append(decoded)
      }
    }
    // Tools that are made for Windows too often turn backslashes round everywhere.
    for spelling in spellings where spelling.contains(UInt8(ascii: "\\")) {
      spellings.append(Self.withSlashes(spelling))
    }
    var places: [Place] = []
    func add(_ path: [UInt8]) -> Bool {
      guard let physical = resolve(path), let lexical = resolve(Self.lexicallyNormalized(path)) else { return false }
      for place in [physical, lexical] where !places.contains(place) { places.append(place) }
      return true
    }
    for spelling in spellings {
      if spelling.first == UInt8(ascii: "~") {
        // Whose home `~name` is can't be determined here.
        guard spelling.count == 1 || spelling[1] == Self.slash, let home = files.homeDirectory,
          add(home + spelling.dropFirst())
        else { return .undecided(.place) }
      }
      if spelling.first == Self.slash {
        guard add(spelling) else { return .undecided(.place) }
        continue
      }
      // Some tools expand environment variables here, such as `$HOME`.
      guard spelling.first != UInt8(ascii: "$") else { return .undecided(.place) }
      guard !bases.isEmpty else { return .undecided(.relativePath) }
      for base in bases {
        guard add(base + [Self.slash] + spelling) else { return .undecided(.place) }
      }
    }
    return .places(places)
  }

  /// The place of an absolute path, with links followed up to the deepest ancestor that exists; nil for a loop of
  /// links, if resolving takes too long, and for a path that differs between processes.
  ///
  /// - Parameter isOfRule: whether a rule names the path, which then means what the proxy finds there.
  mutating func resolve(_ path: [UInt8], isOfRule: Bool = false) -> Place? {
    var pending = Self.parts(of: path)
    pending.reverse()
    var place: Place = []
    var absolute: [UInt8] = []
    func removeLast() {
      if let last = place.popLast() { absolute.removeLast(last.count + 1) }
    }
    var links = 0
    while let part = pending.popLast() {
      if part.elementsEqual("..".utf8) {
        removeLast()
        continue
      }
      place.append(part)
      absolute.append(Self.slash)
      absolute += part
      guard lookups > 0, absolute.count <= 2 * Self.maxPathBytes, isOfRule || !Self.ofProcesses.contains(absolute)
      else { return nil }
      lookups -= 1
      guard let target = files.linkTarget(of: absolute) else { continue }
      links += 1
      guard links <= Self.maxLinks, target.count <= Self.maxPathBytes else { return nil }
      if target.first == Self.slash {
        place = []
        absolute = []
      } else {
        removeLast()
      }
      pending += Self.parts(of: target).reversed()
    }
    return place
  }

  private static func parts(of path: [UInt8]) -> Place {
    path.split(separator: slash).filter { !$0.elementsEqual(".".utf8) }
  }

  /// An absolute path without `..`.
  private static func lexicallyNormalized(_ path: [UInt8]) -> [UInt8] {
    var kept: Place = []
    for part in parts(of: path) {
      if part.elementsEqual("..".utf8) {
        _ = kept.popLast()
      } else {
        kept.append(part)
      }
    }
    return [slash] + kept.joined(separator: [slash])
  }

  /// A text as it stands and, if different, as URL readers take it: without surrounding white space, and without tabs
  /// and line breaks anywhere (WHATWG URL, "basic URL parser"; Python's `urllib.parse`). Many tools trim paths too, and
  /// some of them take off quotation marks.
  private static func withAndWithoutSpace(_ text: ArraySlice<UInt8>) -> [[UInt8]] {
    var spellings = [Array(text)]
    for marks in [space, space + quotationMarks] {
      let trimmed = trimmed(text, of: marks).filter { !isLineSpace($0) }
      if !spellings.contains(trimmed) { spellings.append(trimmed) }
    }
    return spellings
  }

  /// White space of JavaScript that is none of Python's.
  private static let space: [[UInt8]] = [Array("\u{feff}".utf8)]

  private static let quotationMarks = ["\"", "'", "`"].map { Array($0.utf8) }

  /// A text without white space, control characters and some marks around it.
  private static func trimmed(_ text: ArraySlice<UInt8>, of marks: [[UInt8]]) -> ArraySlice<UInt8> {
    var text = text
    while true {
      let count = text.count
      text = PythonSpace.stripped(text)
      if let first = text.first, first <= 0x20 { text = text.dropFirst() }
      if let last = text.last, last <= 0x20 { text = text.dropLast() }
      for mark in marks {
        if text.starts(with: mark) { text = text.dropFirst(mark.count) }
        if text.suffix(mark.count).elementsEqual(mark) { text = text.dropLast(mark.count) }
      }
      if text.count == count { return text }
    }
  }

  private static func isLineSpace(_ byte: UInt8) -> Bool { byte == 0x09 || byte == 0x0a || byte == 0x0d }

  /// The paths of a URL with one of these schemes, in any spelling that some reader takes for the same; none for any
  /// other text.
  private static func filePaths(_ text: [UInt8], schemes: [String]) -> [[UInt8]] {
    // One letter of the longest spelling takes two bytes.
    guard let colon = text.prefix(7).firstIndex(of: UInt8(ascii: ":")) else { return [] }
    let written = LookAlike.folded(Array(text[..<colon]))
    guard let scheme = schemes.first(where: { written.elementsEqual($0.utf8) }) else { return [] }
    let rest = text[(colon + 1)...]
    var paths: [[UInt8]] = []
    // Browsers and Node treat a backslash as a slash here.
    for rest in [Array(rest), withSlashes(Array(rest))] {
      var starts = [rest[...]]
      if rest.starts(with: "//".utf8) {
        let named = rest.dropFirst(2)
        // The host extends to the next slash.
        let path = named[(named.firstIndex(of: slash) ?? named.endIndex)...]
        starts = [path]
        let host = named[..<path.startIndex]
        if !host.isEmpty, !host.map(CaseFolding.asciiFolded).elementsEqual("localhost".utf8) {
          // A reader that removes only `file://`, or the scheme, takes the host for a directory.
          starts.append(scheme == "file" ? named : rest.dropFirst())
        }
      }
      for start in starts {
        // A reader that removes only the beginning keeps what looks like a query in the path.
        for path in [start.prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }, start] {
          // A web address without a path is the root.
          var readings = path.isEmpty && scheme != "file" ? [] : [Array(path)]
          if path.first != slash { readings.append([slash] + path) }
          for reading in readings where !paths.contains(reading) { paths.append(reading) }
        }
      }
    }
    return paths
  }

  /// Whether some reader takes a text for a URL other than a `file:` one; no relative path looks like that.
  private static func isOtherURL(_ text: [UInt8]) -> Bool {
    guard text.first != slash, text.first != UInt8(ascii: "~") else { return false }
    return text.indices.dropLast().contains {
      text[$0] == UInt8(ascii: ":") && (text[$0 + 1] == slash || text[$0 + 1] == UInt8(ascii: "\\"))
    }
  }

  /// Whether a text has `..` among its parts, decoded or not.
  private static func leadsUp(_ text: [UInt8]) -> Bool {
    var text = text
    for _ in 0..<2 { text = percentDecoded(text) ?? text }
    return parts(of: withSlashes(text)).contains { $0.elementsEqual("..".utf8) }
  }

  private static func withSlashes(_ text: [UInt8]) -> [UInt8] { text.map { $0 == UInt8(ascii: "\\") ? slash : $0 } }

  /// Nil if there are no escapes.
  private static func percentDecoded(_ text: [UInt8]) -> [UInt8]? {
    guard text.contains(UInt8(ascii: "%")) else { return nil }
    var decoded: [UInt8] = []
    var index = 0
    while index < text.count {
      if text[index] == UInt8(ascii: "%"), index + 2 < text.count,
        // Swift reads a sign here too.
        text[index + 1] >= UInt8(ascii: "0"),
        let value = UInt8(String(decoding: text[(index + 1)...(index + 2)], as: UTF8.self), radix: 16)
      {
        decoded.append(value)
        index += 3
      } else {
        decoded.append(text[index])
        index += 1
      }
    }
    return decoded
  }
}

import Python

/// What is known about shell commands by their names (Control Zero 1.13.16).
enum ShellVerbs {
  typealias Words = ArraySlice<ShellCommand.Word>

  /// `mkfs.ext4` and the like become `mkfs`.
  static func canonical(_ verb: [UInt8]) -> [UInt8] {
    verb.starts(with: "mkfs.".utf8) ? Array("mkfs".utf8) : verb
  }

  // MARK: Launchers and wrappers

  static let wrappers: Set<String> = [
    "sudo", "doas", "env", "command", "builtin", "exec", "nohup", "setsid", "time", "nice", "ionice", "stdbuf",
    "timeout", "xargs", "busybox", "watch", "unshare", "nsenter", "parallel",
  ]

  /// The script on a shell's command line: nil if the verb is not a shell, `.some(nil)` if there is no script.
  static func script(ofLauncher verb: String, _ words: Words) -> ArraySlice<UInt8>?? {
    let isFlag: ([UInt8]) -> Bool
    switch verb {
    case "sh", "bash", "zsh", "fish", "dash", "ash", "ksh", "su":
      isFlag = { flag in
        flag.count >= 2 && flag[0] == UInt8(ascii: "-") && flag.last == UInt8(ascii: "c") && isLetters(flag.dropFirst())
      }
    case "powershell", "pwsh":
      isFlag = { flag in flag.elementsEqual("-command".utf8) || flag.elementsEqual("-c".utf8) }
    case "cmd":
      isFlag = { flag in flag.elementsEqual("/c".utf8) || flag.elementsEqual("/k".utf8) }
    default:
      return nil
    }
    guard let flag = words.firstIndex(where: { isFlag(ShellCommand.lowercased($0)) }), flag + 1 < words.endIndex else {
      return .some(nil)
    }
    return ShellCommand.script(words[(flag + 1)...])
  }

  /// The words after a wrapper's own options, assignments and numbers.
  static func behindWrapper(_ words: Words) -> Words {
    var rest = words
    while let word = rest.first, isWrapperArgument(word) {
      rest = rest.dropFirst()
      let takesValue = ["-u", "--user", "-g", "--group", "-I", "-n", "-p"].contains { word.elementsEqual($0.utf8) }
      if takesValue, let value = rest.first, value.first != UInt8(ascii: "-") { rest = rest.dropFirst() }
    }
    return rest
  }

  private static func isWrapperArgument(_ word: ShellCommand.Word) -> Bool {
    word.first == UInt8(ascii: "-") || ShellCommand.isAssignment(word) || isDuration(word)
  }

  /// `5`, `2.5`, `10s`.
  private static func isDuration(_ word: ShellCommand.Word) -> Bool {
    let hasUnit = word.count >= 2 && word.last.map("smhd".utf8.contains) == true
    var hasDigit = false
    for scalar in String(decoding: hasUnit ? word.dropLast() : word, as: UTF8.self).unicodeScalars {
      if PythonText.isDigit(scalar) { hasDigit = true } else if scalar != "." { return false }
    }
    return hasDigit
  }

  static func isLetters(_ word: some Collection<UInt8>) -> Bool {
    String(decoding: word, as: UTF8.self).unicodeScalars.allSatisfy(PythonText.isLetter)
  }

  // MARK: Whole lines

  /// The class of .NET calls and shell sockets anywhere in a lowercase line.
  static func classOfLine(_ line: [UInt8]) -> ShellClass? {
    firstClass(lineTexts, in: line[...])
  }

  /// What the text of a program does.
  static func classOfProgram(_ program: ArraySlice<UInt8>) -> ShellClass? {
    firstClass(programTexts, in: ShellCommand.lowercased(program)[...])
  }

  private static func firstClass(
    _ table: [(ShellClass, [SearchText])], in text: ArraySlice<UInt8>
  ) -> ShellClass? {
    table.first { $0.1.contains { $0.occurs(in: text) } }?.0
  }

  private static func texts(_ texts: String...) -> [SearchText] { texts.map { SearchText(Array($0.utf8)) } }

  // Both tables have the most harmful class first.
  private static let lineTexts: [(ShellClass, [SearchText])] = [
    (.fileDelete, texts("[system.io.file]::delete", "[system.io.directory]::delete")),
    (
      .network,
      texts(
        ".downloadstring", ".downloadfile", ".uploadfile", "net.webclient", "net.sockets", "/dev/tcp/", "/dev/udp/")
    ),
    (
      .fileWrite,
      texts(
        "[system.io.file]::writealltext", "[system.io.file]::appendalltext", "[system.io.file]::writeallbytes",
        "[system.io.file]::create", "[system.io.file]::copy", "[system.io.file]::move", "streamwriter", "filestream")
    ),
    (
      .fileRead,
      texts(
        "[system.io.file]::readalltext", "[system.io.file]::readallbytes", "[system.io.file]::openread",
        "streamreader")
    ),
  ]

  private static let programTexts: [(ShellClass, [SearchText])] = [
    (
      .fileDelete,
      texts(
        "os.remove", "os.unlink", "os.rmdir", "path.unlink", ".unlink(", "fs.unlink", "fs.rm", "rimraf", ".rmsync(",
        ".rmdirsync(", ".unlinksync(", ".rm(", ".rmdir(", "file.delete", "fileutils.rm_r", "fileutils.remove",
        "unlink ", "unlink(", "remove_tree", "rmtree")
    ),
    (
      .network,
      texts(
        "urllib", "urlopen", "requests.get", "requests.post", "http.client", "socket.socket", "net.connect",
        "https.get", "http.get", "fetch(", "net::http", "open-uri", "curl_exec", "file_get_contents('http",
        "file_get_contents(\"http")
    ),
    (
      .fileWrite,
      texts(
        "open(", "io.open", "pathlib.path.write", ".write_text", ".write_bytes", "shutil.copy", "shutil.move",
        "os.rename", "os.truncate", "fs.write", "fs.append", "fs.copy", "fs.rename", "writefilesync", "file.write",
        "file.open", "fileutils.cp", "fileutils.mv", "file_put_contents")
    ),
  ]

  // MARK: Verbs

  static let classes: [String: ShellClass] = {
    let verbs: [(ShellClass, String)] = [
      (
        .fileWrite,
        """
        touch tee cp mv install ln truncate sponge split patch new-item ni set-content add-content ac out-file \
        tee-object copy-item cpi move-item mi rename-item rni export-csv epcsv export-clixml copy xcopy move ren \
        rename mklink
        """
      ),
      (
        .fileDelete,
        """
        rm rmdir unlink shred srm wipe trash trash-put remove-item ri clear-content clc clear-item cli \
        remove-itemproperty rp del erase rd format mkfs fdisk mke2fs wipefs
        """
      ),
      (
        .fileRead,
        """
        cat less more head tail grep od hexdump strings cut tac nl rev diff cmp paste wc get-content gc \
        select-string sls import-csv ipcsv import-clixml fc comp findstr
        """
      ),
      (
        .network,
        """
        curl wget nc ncat socat telnet ssh scp sftp gh ftp tftp smbclient lftp aria2c invoke-webrequest iwr \
        invoke-restmethod irm start-bitstransfer
        """
      ),
    ]
    var classes: [String: ShellClass] = [:]
    for (named, names) in verbs {
      for verb in names.split(separator: " ") { classes[String(verb)] = named }
    }
    return classes
  }()
}

private import CShims
internal import Platform
internal import State
internal import Wire

/// Environment variables that one process may see and another may not.
enum SecretEnvironment {
  /// Runs `body` with some variables removed from the environment: what is forked in it does not have them.
  static func without<Result: ~Copyable, Failure: Error>(
    _ names: [String], _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let values = names.map { ($0, Environment.value($0)) }
    for name in names { unsafe unsetenv(name) }
    defer {
      for case (let name, let value?) in values { unsafe setenv(name, value, 1) }
    }
    return try body()
  }

  static func set(_ name: String, _ value: [UInt8]) {
    var bytes = value.map { CChar(bitPattern: $0) } + [0]
    defer { unsafe bytes.withUnsafeMutableBytes { unsafe cz_wipe($0.baseAddress, $0.count) } }
    _ = unsafe setenv(name, bytes, 1)
  }

  /// Overwrites the values in place, and removes the variables.
  static func wipe(_ names: [String]) {
    for name in names {
      if let value = unsafe getenv(name) { unsafe cz_wipe(value, strlen(value)) }
      unsafe unsetenv(name)
    }
  }

  /// Has `czproxy-ctl` fetch the secrets, and puts them into the environment.
  ///
  /// - Returns: an exit status if that failed; the tool has said why.
  static func fetch(_ secrets: [SecretVariable], options words: [String]) throws(SystemError) -> Int32? {
    // As long as the tool permits a secret to be, with each byte escaped.
    let limit = secrets.count * (6 * ServiceSettings.maxSecretBytes + 3) + 3
    var (bytes, status) = try ControlTool.output(
      of: ["secret"] + words + ["--"] + secrets.map(\.secret), limit: limit)
    defer { unsafe bytes.withUnsafeMutableBytes { unsafe cz_wipe($0.baseAddress, $0.count) } }
    guard status == 0 else { return status }
    let document = try? JSONDocument(parsing: bytes[...])
    let values = document.map { Array($0.elements(of: $0.root)) } ?? []
    guard let document, values.count == secrets.count else {
      StandardError.report("what `czproxy-ctl secret` printed can't be read; is it of the same version as czproxy?")
      return 70
    }
    for (secret, node) in zip(secrets, values) {
      guard var value = document.string(node), !value.contains(0) else {
        StandardError.report("the secret `\(secret.secret)` can't be the value of a variable")
        return 78
      }
      set(secret.variable, value)
      unsafe value.withUnsafeMutableBytes { unsafe cz_wipe($0.baseAddress, $0.count) }
    }
    return nil
  }
}

internal import Digest
public import Platform

/// Where the service is, and how to identify to it (Control Zero 1.13.16: base URL, TLS and key precedence).
public struct ServiceSettings: Sendable {
  /// The longest secret of the service that is accepted, in bytes: an environment variable can't hold much more.
  public static let maxSecretBytes = 64 << 10

  /// The options given on the command line; nil for one that was not.
  public struct Options: Sendable, Equatable {
    /// A file that holds nothing but the key.
    public var keyFile: String?
    public var baseURL: String?
    /// A PEM file with the certificate authorities to trust instead of the system's.
    public var authorityFile: String?

    public init(keyFile: String? = nil, baseURL: String? = nil, authorityFile: String? = nil) {
      self.keyFile = keyFile
      self.baseURL = baseURL
      self.authorityFile = authorityFile
    }
  }

  public static let defaultBaseURL = "https://api.controlzero.ai"

  /// Without white space around it and without `/` at its end; not checked further.
  public let baseURL: String
  public let authorityFile: String?
  /// The person whom the service may ask about a call; nil if none is configured.
  public let email: String?

  private static let maxKeyFileBytes = 4096

  /// Resolves everything but the secret: option, then environment, then `config.yaml`.
  public init(
    _ options: Options, stateDirectory: String, environment: (String) -> String? = Environment.value
  ) throws(StateError) {
    let config = try ConfigFile(stateDirectory: stateDirectory)
    func text(_ key: StaticString) -> String? { config[key].map { String(decoding: $0, as: UTF8.self) } }
    let url = options.baseURL ?? environment("CONTROLZERO_API_URL") ?? text("api_url") ?? Self.defaultBaseURL
    baseURL = Self.trimmed(url)
    authorityFile = options.authorityFile ?? environment("CONTROLZERO_TLS_CA_BUNDLE") ?? text("tls_ca_bundle")
    email = text("email")
    if let authorityFile {
      try Self.checkAuthorities(authorityFile, namedBy: "--ca-file, CONTROLZERO_TLS_CA_BUNDLE or `tls_ca_bundle`")
    }
  }

  /// Throws if there is no such file. Checked at the start, not at the first connection that needs the file: with an
  /// http:// receiver none ever does.
  ///
  /// - Parameter settings: the settings that may have named the file, for the message.
  private static func checkAuthorities(_ path: String, namedBy settings: String) throws(StateError) {
    guard FileIdentity(of: path) == nil else { return }
    throw StateError(.noAuthorities, "there is no file of certificate authorities `\(path)` (\(settings))")
  }

  /// The file of certificate authorities for a collector of telemetry: `--ca-file`, then
  /// `OTEL_EXPORTER_OTLP_CERTIFICATE`; nil for the system's. Throws if there is no such file.
  public static func telemetryAuthorities(
    _ options: Options, environment: (String) -> String? = Environment.value
  ) throws(StateError) -> String? {
    let variable = "OTEL_EXPORTER_OTLP_CERTIFICATE"
    guard let path = options.authorityFile ?? environment(variable) else { return nil }
    try checkAuthorities(path, namedBy: "--ca-file or \(variable)")
    return path
  }

  /// The environment variables that may hold the API key, in order of precedence.
  public static let keyVariables = ["CZ_API_KEY", "CONTROLZERO_API_KEY"]

  /// The file that the API key comes from, unless a variable holds it.
  public static func keyFile(_ options: Options, stateDirectory: String) -> String {
    options.keyFile ?? ConfigFile.path(in: stateDirectory)
  }

  /// A warning that others can read the file that the key comes from; nil if they can't.
  ///
  /// The key is used all the same: secrets mounted into a container are often readable, and there is nobody else in it.
  public static func exposure(
    _ options: Options, stateDirectory: String, environment: (String) -> String? = Environment.value
  ) -> String? {
    func isInConfiguration() -> Bool {
      keyVariables.allSatisfy { environment($0) == nil }
        && (try? ConfigFile(stateDirectory: stateDirectory))?["api_key"] != nil
    }
    guard options.keyFile != nil || isInConfiguration() else { return nil }
    let path = keyFile(options, stateDirectory: stateDirectory)
    guard let permissions = FileReader.permissions(of: path), permissions & 0o044 != 0 else { return nil }
    let mode = String(permissions, radix: 8)
    return "`\(path)` holds the API key, and others can read it (mode \(mode)): chmod 600 \(path)"
  }

  /// The API key: `--api-key-file`, then `CZ_API_KEY`, `CONTROLZERO_API_KEY`, then `config.yaml`.
  ///
  /// Throws E1103 if there is no key, and E1104 if the first one found has another form. A key is never an argument:
  /// every user of a machine can read the arguments of a process.
  public static func key(
    _ options: Options, stateDirectory: String, environment: (String) -> String? = Environment.value
  ) throws(StateError) -> APIKey {
    if let path = options.keyFile { return try key(inFile: path) }
    for name in keyVariables {
      if let value = environment(name) { return try APIKey(value.utf8) }
    }
    guard var bytes = try ConfigFile(stateDirectory: stateDirectory)["api_key"] else {
      throw StateError(
        .noKey,
        "there is no API key: give --api-key-file FILE, set CZ_API_KEY, or put `api_key` into "
          + "\(stateDirectory)/config.yaml")
    }
    defer { SecretBytes.wipe(&bytes) }
    return try APIKey(bytes)
  }

  private static func key(inFile path: String) throws(StateError) -> APIKey {
    var bytes: [UInt8]
    do throws(FileReader.Failure) {
      bytes = try FileReader.read(path, limit: maxKeyFileBytes)
    } catch .missing {
      throw StateError(.noKey, "there is no API key in `\(path)`: there is no such file")
    } catch .unreadable(let error) {
      throw StateError("read", path, error.number)
    } catch {
      throw StateError(.keyFormat, "`\(path)` is not a file that holds an API key and nothing else")
    }
    defer { SecretBytes.wipe(&bytes) }
    return try APIKey(bytes)
  }

  private static func trimmed(_ url: String) -> String {
    var bytes = Array(url.utf8)
    while let last = bytes.last, last <= 0x20 { bytes.removeLast() }
    bytes = Array(bytes.drop { $0 <= 0x20 })
    while bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
    return String(decoding: bytes, as: UTF8.self)
  }
}

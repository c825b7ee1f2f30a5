internal import Platform
internal import State

/// What the options mean on this machine: the mode, where the policy comes from, whether anything is sent.
struct RunPlan {
  struct Failure: Error {
    let reason: String
    let isUsage: Bool
  }

  let mode: RunMode
  let policySource: PolicySource
  /// The scope of the API key in use; nil if there is none.
  let scope: String?
  /// What a person should know about the service's settings.
  let advice: [String]
  /// Nil if nothing crosses the network.
  let launcher: SyncLauncher?
  /// Whether nothing has come from the service yet, and there is nothing else to begin with.
  let waitsForPolicy: Bool

  /// - Parameter remembers: whether loading a bundle keeps older ones from coming back.
  init(_ options: RunOptions, stateDirectory: String, remembers: Bool = true) throws(Failure) {
    let key = Self.scope(options, stateDirectory)
    let source: RunOptions.Source
    do throws(RunOptions.UsageError) {
      (mode, source) = try options.plan(hasKey: key != nil)
    } catch {
      throw Failure(reason: error.description, isUsage: true)
    }
    let needsKey = mode != .local || !options.secrets.isEmpty
    switch key {
    case .success(let found)? where needsKey: scope = found
    case .failure(let error)? where needsKey: throw Failure(reason: "\(error)", isUsage: false)
    case nil where needsKey:
      throw Failure(
        reason: "E1103: there is no API key: give --api-key-file FILE, set CZ_API_KEY, or put `api_key` into "
          + "\(stateDirectory)/config.yaml", isUsage: false)
    default: scope = nil
    }
    advice = Self.advice(options, mode, usesKey: scope != nil, stateDirectory)
    policySource = PolicySource(
      source, service: options.service, checks: options.bundleChecks, stateDirectory: stateDirectory, scope: scope,
      remembers: remembers)
    let sends = mode != .local || options.telemetryEndpoint != nil
    launcher = sends ? SyncLauncher(options, mode: mode, stateDirectory: stateDirectory) : nil
    if case .service(else: nil) = source, let scope {
      waitsForPolicy = FileIdentity(of: CacheLayout(stateDirectory: stateDirectory, scope: scope).current) == nil
    } else {
      waitsForPolicy = false
    }
  }

  private static func advice(
    _ options: RunOptions, _ mode: RunMode, usesKey: Bool, _ stateDirectory: String
  ) -> [String] {
    var advice: [String] = []
    do throws(StateError) {
      if mode != .local { _ = try ServiceSettings(options.service, stateDirectory: stateDirectory) }
    } catch {
      // A cached policy does not need the service.
      advice.append("the service can't be asked: \(error)")
    }
    do throws(StateError) {
      if options.telemetryEndpoint != nil { _ = try ServiceSettings.telemetryAuthorities(options.service) }
    } catch {
      advice.append("records wait, and the collector gets none: \(error)")
    }
    if usesKey, let exposure = ServiceSettings.exposure(options.service, stateDirectory: stateDirectory) {
      advice.append(exposure)
    }
    return advice
  }

  /// The scope of the API key in the options, the environment or `config.yaml`; nil for none.
  private static func scope(_ options: RunOptions, _ stateDirectory: String) -> Result<String, StateError>? {
    do throws(StateError) {
      return .success(try ServiceSettings.key(options.service, stateDirectory: stateDirectory).scope)
    } catch {
      if error.code == .noKey, options.service.keyFile == nil { return nil }
      return .failure(error)
    }
  }
}

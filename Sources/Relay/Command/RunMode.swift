import State

/// Where a policy comes from, and whether anything crosses the network (Control Zero, `policy_mode`).
public enum RunMode: String, Sendable, CaseIterable {
  /// The service's policy; records go to the service.
  case cloud
  /// A file, and no service; only telemetry and secrets, if they are asked for, cross the network.
  case local
  /// A file and the service, in the order of ``HybridOrder``; records go to the service.
  case hybrid
}

/// Which policy counts in hybrid mode. Control Zero has used the word for both.
public enum HybridOrder: String, Sendable, CaseIterable {
  /// The file decides; the service only gets the records.
  case file
  /// The service's policy decides; the file does if the service has none that may be used.
  case service
}

extension RunOptions {
  /// The intended mode, and the policy's source in it.
  ///
  /// - Parameter hasKey: whether there is an API key in the environment or in `config.yaml`.
  func plan(hasKey: Bool) throws(UsageError) -> (mode: RunMode, source: Source) {
    let hasFile = source != .stateDirectory
    let hasService = service.keyFile != nil || service.baseURL != nil
    switch mode ?? (hasService ? (hasFile ? .hybrid : .cloud) : hasKey && !hasFile ? .cloud : .local) {
    case .cloud:
      guard !hasFile else {
        throw UsageError(
          description: "in cloud mode the service says what the policy is: for a file too, --mode hybrid")
      }
      return (.cloud, .service(else: nil))
    case .local:
      guard !hasService else {
        throw UsageError(description: "in local mode there is no service: leave out --api-key-file and --base-url")
      }
      return (.local, source)
    case .hybrid:
      return (.hybrid, hybrid == .file ? source : .service(else: source))
    }
  }
}

import Relay
import State

extension RunOptions {
  /// The environment variables that determine the places of policy and records because no option does; each with the
  /// option that would override it.
  var decisiveVariables: [(name: String, option: String)] {
    var variables: [(name: String, option: String)] = []
    if stateDirectory == nil { variables += ["CONTROLZERO_HOME", "HOME"].map { ($0, "--state-dir DIR") } }
    let namesService = mode == .hybrid || service.keyFile != nil || service.baseURL != nil
    guard mode != .local, namesService || source == .stateDirectory else { return variables }
    if service.keyFile == nil { variables += ServiceSettings.keyVariables.map { ($0, "--api-key-file FILE") } }
    if service.baseURL == nil { variables.append(("CONTROLZERO_API_URL", "--base-url URL")) }
    if service.authorityFile == nil { variables.append(("CONTROLZERO_TLS_CA_BUNDLE", "--ca-file FILE")) }
    return variables
  }
}

internal import Platform
internal import Policy

/// What `czproxy run` would begin with, determined without starting or changing anything.
public struct RunOutlook: Sendable {
  /// Why it would not start.
  public struct Failure: Error, Sendable {
    /// At least one.
    public let lines: [String]
  }

  /// The file of the policy; nil if there is none, and every call is denied.
  public let policy: String?
  public let ruleCount: Int
  /// What a person should know all the same.
  public let warnings: [String]

  /// - Parameter now: seconds since 1970.
  public init(_ options: RunOptions, at now: Int64) throws(Failure) {
    guard let stateDirectory = Environment.stateDirectory(option: options.stateDirectory) else {
      throw Failure(lines: ["there is no home directory to keep records in: give --state-dir DIR"])
    }
    let plan: RunPlan
    do throws(RunPlan.Failure) {
      plan = try RunPlan(options, stateDirectory: stateDirectory, remembers: false)
    } catch {
      throw Failure(lines: [error.reason])
    }
    let loaded: PolicySource.Loaded
    do throws(PolicySourceError) {
      loaded = try plan.policySource.load(at: now, isStart: true)
    } catch {
      throw Failure(lines: error.lines)
    }
    do throws(ToolsLockFile.Failure) {
      if let path = options.toolsLock { _ = try ToolsLockFile(path) }
    } catch {
      throw Failure(lines: [error.description])
    }
    policy = loaded.path
    ruleCount = loaded.policy.ruleCount
    var warnings = plan.advice
    if let path = loaded.path {
      warnings += loaded.policy.review(server: options.serverName.bytes).map { "\(path):\($0)" }
    } else if !options.isUngoverned {
      let absence = plan.mode == .local ? PolicySource.absence(stateDirectory) : PolicySource.notPulled
      warnings.append("every call \(options.observes ? "would be" : "is") denied: \(absence)")
    }
    if loaded.isTampered { warnings.append("the signature beside the policy says that it was changed") }
    self.warnings = warnings
  }
}

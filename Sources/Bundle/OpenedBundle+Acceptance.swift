import Wire

extension OpenedBundle {
  /// Decides whether the bundle is to be used now.
  ///
  /// - Parameters:
  ///   - keys: those that the bundle was opened with.
  ///   - now: UNIX seconds.
  ///   - memory: what was accepted before; remember the result in it.
  /// - Throws: the first check that fails: ``BundleError/Kind/key`` (the signer), ``BundleError/Kind/project``,
  ///   ``BundleError/Kind/expired`` (or ``BundleError/Kind/format`` for a time that can't be read),
  ///   ``BundleError/Kind/rollback``.
  public func accepted(
    by keys: borrowing BundleKeys, at now: Int64, after memory: AcceptedBundles, checks: AcceptanceChecks = .strict
  ) throws(BundleError) -> AcceptedBundle {
    for (check, _) in AcceptanceChecks.all where checks.contains(check) {
      if let error = failure(of: check, keys: keys, now: now, memory: memory) { throw error }
    }
    let expiry = checks.contains(.expiry) ? try self.expiry() : nil
    return AcceptedBundle(self, projectID: keys.projectID, expiresAt: expiry)
  }

  /// Why one check refuses the bundle; nil if it does not.
  ///
  /// - Parameter check: a single check.
  public func failure(
    of check: AcceptanceChecks, keys: borrowing BundleKeys, now: Int64, memory: AcceptedBundles
  ) -> BundleError? {
    switch check {
    case .signer: signerFailure(keys.signers, now)
    case .project: projectFailure(keys.projectID)
    case .expiry: expiryFailure(now)
    case .rollback: rollbackFailure(keys, now, memory)
    default: nil
    }
  }

  private func signerFailure(_ signers: Signers, _ now: Int64) -> BundleError? {
    let how: String
    switch signers.standing(of: signer, at: now) {
    case .trusted: return nil
    case .revoked: how = "is revoked"
    case .early(let start): how = "is only in force from \(Instant(seconds: start)) on"
    case .late(let end): how = "has not been in force since \(Instant(seconds: end))"
    case .unknown: how = "is not in the keys file"
    }
    return BundleError(.retiredSigner, "the key \(signer), which signed the bundle, \(how)")
  }

  /// A bundle without a project, or with an empty one, belongs to the project whose keys open it, as in the SDK.
  private func projectFailure(_ projectID: String) -> BundleError? {
    guard let node = payload.member("project_id", of: payload.root), payload.kind(of: node) != .null else { return nil }
    guard let name = payload.string(node) else {
      return BundleError(.otherProject, "`project_id` of the bundle is not a string")
    }
    if name.isEmpty || name.elementsEqual(projectID.utf8) { return nil }
    return BundleError(
      .otherProject,
      "the bundle is of the project `\(DisplayText.escaped(name))`, and the keys are of "
        + "`\(DisplayText.escaped(projectID.utf8))`")
  }

  private func expiryFailure(_ now: Int64) -> BundleError? {
    do throws(BundleError) {
      guard let expiry = try expiry(), now >= expiry else { return nil }
      return BundleError(.expired, "the bundle expired at \(Instant(seconds: expiry))")
    } catch {
      return error
    }
  }

  /// UNIX seconds; nil if `expires_at` is absent, null or empty.
  ///
  /// - Throws: for a time that can't be read: its author meant an expiry, and nobody can tell which.
  public func expiry() throws(BundleError) -> Int64? {
    guard let node = payload.member("expires_at", of: payload.root), payload.kind(of: node) != .null else { return nil }
    guard let text = payload.string(node) else {
      throw BundleError(.expiry, "`expires_at` of the bundle is not a string")
    }
    if text.isEmpty { return nil }
    guard let time = Instant(iso8601: text) else {
      throw BundleError(
        .expiry,
        "`expires_at` is `\(DisplayText.escaped(text, limit: 64))`, and not a time such as 2026-11-24T20:05:52Z")
    }
    return time.seconds
  }

  /// Compares the bundle with those by every key still trusted: one by an older key must not undo one by its successor.
  private func rollbackFailure(_ keys: borrowing BundleKeys, _ now: Int64, _ memory: AcceptedBundles) -> BundleError? {
    let signers = keys.signers
    let trusted = signers.entries.map(\.key).filter { signers.standing(of: $0, at: now) == .trusted }
    let newest = Set(trusted + [signer]).compactMap { memory.newest(of: keys.projectID, signer: $0) }.max()
    guard let newest, header.createdAt < newest else { return nil }
    return BundleError(
      .rollback,
      "the bundle was made at \(Instant(seconds: Int64(clamping: header.createdAt))), and one made at "
        + "\(Instant(seconds: Int64(clamping: newest))) was accepted before", at: 6)
  }
}

/// The ``Stretches`` of one text, for each kind of run found when they are first asked for.
struct StretchesByRun {
  /// For each kind of run, the largest count of any stretch; negative until it is known.
  private var most = InlineArray<8, Int>(repeating: -1)
  private var found: [Requirement.Run: Stretches] = [:]

  /// Where matches that hold this many characters of a run may start.
  ///
  /// - Parameter least: the least count that will be asked for.
  mutating func windows(
    of run: Requirement.Run, counting count: Int, atLeast least: Int, in text: Span<UInt8>, _ profile: TextProfile
  ) -> [Range<Int>] {
    if most[run.rawValue] < 0 {
      let stretches = Stretches(of: run, atLeast: least, in: text, profile)
      most[run.rawValue] = stretches.most
      if stretches.most > 0 { found[run] = stretches }
    }
    guard most[run.rawValue] >= count else { return [] }
    return found[run]?.windows(counting: count, in: text) ?? []
  }
}

import ArgumentParser
import Audit
import Platform

/// A moment to compare records with: `2026-11-20`, `2026-11-20T08:30`, or how long ago: `90m`, `24h`, `7d`.
struct RecordTime: ExpressibleByArgument {
  /// The beginning of an ISO 8601 text in UTC, in the form that rows use.
  let text: String

  init?(argument: String) {
    if let ago = argument.wholeMatch(of: /([0-9]{1,6})([mhd])/) {
      let minutes = ["m": 1, "h": 60, "d": 1440]
      guard let count = Int64(ago.1), let unit = minutes[String(ago.2)] else { return nil }
      text = UTCTime(microseconds: WallClock.microseconds() - count * Int64(unit) * 60_000_000).iso8601
    } else if argument.wholeMatch(of: /[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2})?)?/) != nil {
      text = argument
    } else {
      return nil
    }
  }
}

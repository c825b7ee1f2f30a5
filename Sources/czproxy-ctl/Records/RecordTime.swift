import ArgumentParser
import Audit
import Platform

/// The earliest time of records: `2026-11-20`, `2026-11-20T08:30`, or a time before now: `90m`, `24h`, `7d`.
struct RecordTime: ExpressibleByArgument {
  /// A time in UTC, or the beginning of one, in the ISO 8601 form that rows use.
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

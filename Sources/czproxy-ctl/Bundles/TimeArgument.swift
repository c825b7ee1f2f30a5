import ArgumentParser
import Bundle

/// A time on the command line: ISO 8601 with an offset, or UNIX seconds.
struct TimeArgument: ExpressibleByArgument {
  /// In 1973. A smaller number is a mistake, such as a year.
  private static let minSeconds: Int64 = 100_000_000

  let seconds: Int64

  init?(argument: String) {
    let number = Int64(argument)
    if let number, number < Self.minSeconds { return nil }
    guard let seconds = number ?? Instant(iso8601: Array(argument.utf8))?.seconds, seconds >= 0 else { return nil }
    self.seconds = seconds
  }
}

/// A duration on the command line: `90s`, `15m`, `12h`, `30d`, `8w`.
struct DurationArgument: ExpressibleByArgument {
  let seconds: Int64

  init?(argument: String) {
    let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800]
    guard let last = argument.last, let unit = units[last], let count = Int32(argument.dropLast()), count > 0 else {
      return nil
    }
    seconds = Int64(count) * unit
  }
}

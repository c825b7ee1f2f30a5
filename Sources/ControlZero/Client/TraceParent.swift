internal import Instrumentation
internal import ServiceContextModule

/// The trace that the program is part of, as its own tracer writes it (W3C Trace Context).
enum TraceParent {
  private struct Injector: Instrumentation.Injector {
    func inject(_ value: String, forKey key: String, into carrier: inout [String: String]) {
      carrier[key] = value
    }
  }

  private static let keys = ["traceparent", "tracestate", "baggage"]
  private static let maxBytes = 512

  /// Empty if the program has no tracer, or is not in a trace.
  static func current() -> [(key: String, value: String)] {
    guard let context = ServiceContext.current else { return [] }
    var carrier: [String: String] = [:]
    InstrumentationSystem.instrument.inject(context, into: &carrier, using: Injector())
    return keys.compactMap { key in
      guard let value = carrier[key], value.utf8.count <= maxBytes,
        value.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f })
      else { return nil }
      return (key, value)
    }
  }
}

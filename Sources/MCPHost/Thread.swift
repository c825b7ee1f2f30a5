private import CShims
internal import Platform

/// Threads that end by themselves.
enum Thread {
  /// The argument of a new thread.
  private final class Start {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  /// Runs `body` on a thread of its own.
  static func start(_ body: @escaping @Sendable () -> Void) throws(SystemError) {
    try run(Start(body))
  }

  private static func run(_ start: Start) throws(SystemError) {
    var attributes = pthread_attr_t()
    unsafe pthread_attr_init(&attributes)
    defer { unsafe pthread_attr_destroy(&attributes) }
    unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    // SAFETY: the new thread takes over the reference; if there is no thread, it is released here.
    let pointer = unsafe Unmanaged.passRetained(start)
    #if canImport(Darwin)
      var thread: pthread_t?
      let failed = unsafe pthread_create(&thread, &attributes, { unsafe runThread($0) }, pointer.toOpaque())
    #else
      var thread = pthread_t()
      let failed = unsafe pthread_create(&thread, &attributes, { unsafe runThread($0) }, pointer.toOpaque())
    #endif
    guard failed == 0 else {
      unsafe pointer.release()
      throw SystemError("pthread_create", failed)
    }
  }

  fileprivate static func begin(_ pointer: UnsafeMutableRawPointer) {
    // SAFETY: this is the reference that `run` retained.
    let start = unsafe Unmanaged<Start>.fromOpaque(pointer).takeRetainedValue()
    start.body()
  }
}

// Outside of every type, since it is called on no actor.
private func runThread(_ pointer: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  if let pointer = unsafe pointer { unsafe Thread.begin(pointer) }
  return nil
}

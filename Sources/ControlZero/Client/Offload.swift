internal import Dispatch

/// Runs blocking work outside the threads that tasks share.
enum Offload {
  /// Lets the body give up, and throws ``CancellationError``, if the task is cancelled before the body is done.
  static func run<Value: Sendable>(
    _ body: @escaping @Sendable (Cancellation) throws -> Value
  ) async throws -> Value {
    let cancellation = Cancellation()
    do {
      return try await withTaskCancellationHandler {
        try await withCheckedThrowingContinuation { continuation in
          DispatchQueue.global(qos: .utility).async {
            continuation.resume(with: Result { try body(cancellation) })
          }
        }
      } onCancel: {
        cancellation.cancel()
      }
    } catch {
      // A body that gave up throws an error of its own.
      if cancellation.isCancelled { throw CancellationError() }
      throw error
    }
  }

  /// Runs the body to its end, even if the task is cancelled.
  static func runUncancelled(_ body: @escaping @Sendable () -> Void) async {
    await withCheckedContinuation { continuation in
      DispatchQueue.global(qos: .utility).async {
        body()
        continuation.resume()
      }
    }
  }
}

internal import Dispatch

/// Runs what blocks outside of the threads that tasks share.
enum Offload {
  /// Gives the body up, and throws ``CancellationError``, where the task is cancelled before it is done.
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
      // What was given up fails in words of its own.
      if cancellation.isCancelled { throw CancellationError() }
      throw error
    }
  }

  /// What is done to its end, whatever becomes of the task.
  static func finish(_ body: @escaping @Sendable () -> Void) async {
    await withCheckedContinuation { continuation in
      DispatchQueue.global(qos: .utility).async {
        body()
        continuation.resume()
      }
    }
  }
}

internal import Dispatch

/// Runs what blocks outside of the threads that tasks share.
enum Offload {
  static func run<Value: Sendable>(
    _ body: @escaping @Sendable (Cancellation) throws -> Value
  ) async throws -> Value {
    let cancellation = Cancellation()
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        DispatchQueue.global(qos: .utility).async {
          continuation.resume(with: Result { try body(cancellation) })
        }
      }
    } onCancel: {
      cancellation.cancel()
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

internal import Dispatch
internal import Synchronization

/// Schedules work for later, without a thread that waits for it.
final class Timers: Sendable {
  private struct State {
    var refresh: (any DispatchSourceTimer)?
    var delivery: (number: Int, timer: any DispatchSourceTimer)?
    var lastNumber = 0
    var isCancelled = false
  }

  private let queue = DispatchQueue(label: "controlzero", qos: .utility)
  private let state = Mutex(State())

  /// Does something again and again, give or take a tenth of the interval, so that many machines do not ask at once.
  func every(_ interval: Duration, _ body: @escaping @Sendable () -> Void) {
    let seconds = interval / .seconds(1)
    state.withLock { state in
      guard !state.isCancelled else { return }
      state.refresh?.cancel()
      let timer = DispatchSource.makeTimerSource(queue: queue)
      timer.schedule(
        deadline: .now() + seconds * Double.random(in: 0.9...1.1), repeating: seconds,
        leeway: .milliseconds(Int(min(seconds, 3600) * 50)))
      timer.setEventHandler(handler: body)
      timer.resume()
      state.refresh = timer
    }
  }

  /// Does something once. If something is scheduled already, that is done instead.
  ///
  /// - Parameter replacing: whether this takes the place of what is scheduled.
  func once(after interval: Duration, replacing: Bool = false, _ body: @escaping @Sendable () -> Void) {
    state.withLock { state in
      guard !state.isCancelled, replacing || state.delivery == nil else { return }
      state.delivery?.timer.cancel()
      state.lastNumber += 1
      let number = state.lastNumber
      let timer = DispatchSource.makeTimerSource(queue: queue)
      timer.schedule(deadline: .now() + (interval / .seconds(1)), leeway: .milliseconds(500))
      timer.setEventHandler { [weak self] in
        self?.forget(number)
        body()
      }
      timer.resume()
      state.delivery = (number, timer)
    }
  }

  private func forget(_ number: Int) {
    state.withLock { state in
      guard state.delivery?.number == number else { return }
      state.delivery?.timer.cancel()
      state.delivery = nil
    }
  }

  func cancel() {
    state.withLock { state in
      state.isCancelled = true
      state.refresh?.cancel()
      state.delivery?.timer.cancel()
      (state.refresh, state.delivery) = (nil, nil)
    }
  }
}

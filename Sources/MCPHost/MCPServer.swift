internal import Platform
internal import Synchronization
public import Wire

/// A server that is started for the first request, and again after it has died.
///
/// Nothing here blocks: completions get the results. Any number of requests are in flight at a time.
public final class MCPServer: Sendable {
  public struct Options: Sendable {
    public var era = MCPEra.auto
    /// For each answer of the handshake, in nanoseconds.
    public var startTimeout: UInt64 = 60_000_000_000
    public var clientName = "czproxy"
    public var clientVersion = ""
    /// Called before a server that ended at the first request of the newer era is started again.
    public var willStartAgain: @Sendable () -> Void = {}

    public init() {}
  }

  /// A server that is ready for requests.
  struct Ready: Sendable {
    let link: ServerLink
    let agreement: Handshake.Agreement

    var isModern: Bool { agreement.isModern }
  }

  private enum Phase {
    case idle
    case starting([@Sendable (Result<Ready, MCPFailure>) -> Void])
    case ready(Ready)
    case closed
  }

  private struct State {
    var phase = Phase.idle
    /// The link that is in use or being prepared.
    var link: ServerLink?
    /// Earlier links, whose servers may still be ending.
    var former: [ServerLink] = []
    /// The era as determined: a server that died of the probe is not probed again.
    var era: MCPEra
  }

  public let command: ServerCommand
  private let options: Options
  private let handshake: Handshake
  private let state: Mutex<State>
  private let toolChanges = Atomic(0)

  public init(_ command: ServerCommand, options: Options = Options()) {
    self.command = command
    self.options = options
    handshake = Handshake(clientName: options.clientName, clientVersion: options.clientVersion)
    state = Mutex(State(era: options.era))
  }

  // This may run on the server's own thread, which can't wait for itself.
  deinit { state.withLock { $0.link }?.beginClosing() }

  // MARK: Requests

  /// Sends a request, and starts a server for it if none is running.
  ///
  /// - Parameters:
  ///   - timeout: counted from when the server is ready, in nanoseconds.
  ///   - meta: further members of `_meta`, in either era.
  ///   - watchesTools: whether ``toolsVersion`` has to follow from here on: a modern server notifies only on request.
  ///   - params: writes the other members of `params`, without line breaks.
  public func request(
    _ method: String, timeout: UInt64, meta: [(key: String, value: String)] = [], watchesTools: Bool = false,
    params: @escaping @Sendable (inout JSONWriter) -> Void, completion: @escaping MCPCompletion
  ) -> MCPRequest {
    let request = MCPRequest(completion)
    ready { [handshake] result in
      switch result {
      case .failure(let failure):
        request.take()?(.failure(failure))
      case .success(let ready):
        guard let completion = request.take() else { return }
        if watchesTools, ready.isModern {
          ready.link.listen { handshake.writeMeta(isModern: true, [], to: &$0) }
        }
        let id = ready.link.send(
          method, deadline: MonotonicClock.nanoseconds() + timeout,
          params: { writer in
            params(&writer)
            handshake.writeMeta(isModern: ready.isModern, meta, to: &writer)
          }, completion: completion)
        if let id { request.sent(id, on: ready.link) }
      }
    }
    return request
  }

  /// Whether the server is of the modern era; nil while none is ready.
  public var isModern: Bool? {
    state.withLock { if case .ready(let ready) = $0.phase { ready.isModern } else { nil } }
  }

  /// What the server tells a model about itself; nil for nothing, or while none is ready.
  public var instructions: [UInt8]? {
    state.withLock { if case .ready(let ready) = $0.phase { ready.agreement.instructions } else { nil } }
  }

  /// Changes as soon as the server may have other tools than before: it said so, or it ended.
  public var toolsVersion: Int { toolChanges.load(ordering: .acquiring) }

  /// Ends the server and every one that was started before it; returns when they are gone. Accepts no further requests.
  public func close() {
    let links: [ServerLink] = beginClosing()
    for link in links { link.close() }
  }

  /// The same without waiting.
  public func beginClosing() {
    _ = beginClosing() as [ServerLink]
  }

  private func beginClosing() -> [ServerLink] {
    let (links, waiting) = state.withLock { state in
      var waiting: [@Sendable (Result<Ready, MCPFailure>) -> Void] = []
      if case .starting(let others) = state.phase { waiting = others }
      state.phase = .closed
      return (state.former + (state.link.map { [$0] } ?? []), waiting)
    }
    for tell in waiting { tell(.failure(.closed)) }
    for link in links { link.beginClosing() }
    return links
  }

  // MARK: Starting

  private enum Step {
    case tell(Result<Ready, MCPFailure>)
    case start(MCPEra)
    case wait
  }

  private func ready(_ tell: @escaping @Sendable (Result<Ready, MCPFailure>) -> Void) {
    let step: Step = state.withLock { state in
      switch state.phase {
      case .closed: return .tell(.failure(.closed))
      case .ready(let ready) where ready.link.isOpen: return .tell(.success(ready))
      case .starting(let others):
        state.phase = .starting(others + [tell])
        return .wait
      case .idle, .ready:
        state.phase = .starting([tell])
        return .start(state.era)
      }
    }
    switch step {
    case .tell(let result): tell(result)
    case .start(let era): start(era)
    case .wait: break
    }
  }

  private func start(_ era: MCPEra) {
    let link: ServerLink
    do throws(SystemError) {
      link = try ServerLink { [weak self] in
        self?.toolChanges.add(1, ordering: .acquiringAndReleasing)
      }
    } catch {
      return finish(.failure(.start(error)))
    }
    let isWanted = state.withLock { state in
      guard case .starting = state.phase else { return false }
      if let former = state.link { state.former.append(former) }
      state.former.removeAll(where: \.isGone)
      state.link = link
      return true
    }
    guard isWanted else { return }
    do throws(SystemError) {
      try link.start(command)
    } catch {
      return finish(.failure(.start(error)))
    }
    handshake.begin(on: link, era, timeout: options.startTimeout) { [weak self] result in
      guard let self else { return }
      switch result {
      case .success(let agreement):
        self.finish(.success(Ready(link: link, agreement: agreement)))
      case .failure(.ended) where era == .auto && !link.hasReadNothing:
        // The server may have died of a request that it does not know.
        self.options.willStartAgain()
        self.state.withLock { $0.era = .legacy }
        self.start(.legacy)
      case .failure(let failure):
        self.finish(.failure(failure))
      }
    }
  }

  private func finish(_ result: Result<Ready, MCPFailure>) {
    let (waiting, left) = state.withLock { state in
      guard case .starting(let waiting) = state.phase else {
        return ([@Sendable (Result<Ready, MCPFailure>) -> Void](), ServerLink?.none)
      }
      switch result {
      case .success(let ready):
        state.phase = .ready(ready)
        state.era = ready.isModern ? .modern : .legacy
        return (waiting, nil)
      case .failure:
        state.phase = .idle
        state.era = options.era
        return (waiting, state.link)
      }
    }
    for tell in waiting { tell(result) }
    // This may be the link's own thread, which must not wait for itself.
    left?.beginClosing()
  }
}

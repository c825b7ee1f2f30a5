import Wire

/// The ids of the latest requests that were answered here and never reached the server.
struct RecentIDs: Sendable {
  private static let limit = 256

  private var ids: Set<RequestID> = []
  private var order: [RequestID] = []
  private var oldest = 0

  func contains(_ id: RequestID) -> Bool { ids.contains(id) }

  mutating func insert(_ id: RequestID) {
    guard ids.insert(id).inserted else { return }
    if order.count < Self.limit {
      order.append(id)
    } else {
      ids.remove(order[oldest])
      order[oldest] = id
      oldest = (oldest + 1) % Self.limit
    }
  }
}

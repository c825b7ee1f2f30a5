import Wire

/// The ids of the latest requests that were answered here and never reached the server. Ids of more than 1024 bytes are
/// not remembered.
struct RecentIDs: Sendable {
  static let limit = 256

  private var ids: Set<RequestID> = []
  private var order: [RequestID] = []
  private var oldest = 0

  /// The size of the table or of its order, whichever is greater.
  var count: Int { max(ids.count, order.count) }

  func contains(_ id: RequestID) -> Bool { ids.contains(id) }

  mutating func insert(_ id: RequestID) {
    guard id.json.count <= 1024, ids.insert(id).inserted else { return }
    if order.count < Self.limit {
      order.append(id)
    } else {
      ids.remove(order[oldest])
      order[oldest] = id
      oldest = (oldest + 1) % Self.limit
    }
  }
}

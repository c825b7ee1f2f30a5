import Wire

extension Session {
  /// The size and the limit of each table that grows with what the peers send.
  package var tables: [(count: Int, limit: Int)] {
    [
      (inFlight[.host].count, PendingRequests.limit), (inFlight[.server].count, PendingRequests.limit),
      (inFlight[.host].byteCount, PendingRequests.maxBytes + 3 * options.limits.maxBytes),
      (inFlight[.server].byteCount, PendingRequests.maxBytes + 3 * options.limits.maxBytes),
      (denied.count, RecentIDs.limit), (tasks.count, TaskTable.limit),
      (announcements.streamCount, ListAnnouncements.limit), (catalog.toolCount, ToolCatalog.maxTools),
      (catalog.byteCount, ToolCatalog.maxBytes),
    ]
  }
}

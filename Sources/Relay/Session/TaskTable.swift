import Wire

/// Which tool a task belongs to: a tool's answer may arrive long after its call (MCP, tasks of 2025-11-25 and the
/// extension of 2026-07-28).
///
/// Bounded: the tools of the oldest tasks are forgotten, and their output then counts as that of the method.
struct TaskTable: Sendable {
  static let limit = 4096

  private var tools: [[UInt8]: GovernedRequest.Summary] = [:]
  private var order: [[UInt8]] = []
  private var oldest = 0

  /// The size of the table or of its order, whichever is greater.
  var count: Int { max(tools.count, order.count) }

  /// Learns the task that an answer to a call announces, in either form.
  mutating func learn(from result: JSONDocument.Node, of call: GovernedRequest.Summary, in document: JSONDocument) {
    // One form or the other; a tool's own output may hold a member of that name too.
    let isTask = document.member("resultType", of: result).map { document.string($0, equals: "task") } ?? false
    guard let task = document.member("task", of: result) ?? (isTask ? result : nil) else { return }
    guard let id = document.string("taskId", of: task), id.count <= 1024, call.name.count <= 1024 else { return }
    // The first tool to announce a task keeps it: another tool can't take its output over.
    guard tools[id] == nil else { return }
    tools[id] = call
    if order.count < Self.limit {
      order.append(id)
    } else {
      tools[order[oldest]] = nil
      order[oldest] = id
      oldest = (oldest + 1) % Self.limit
    }
  }

  /// The call that created the task named in some params.
  func call(named params: JSONDocument.Node?, in document: JSONDocument) -> GovernedRequest.Summary? {
    params.flatMap { document.string("taskId", of: $0) }.flatMap { tools[$0] }
  }
}

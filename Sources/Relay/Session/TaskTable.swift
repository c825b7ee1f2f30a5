import Wire

/// Which tool a task belongs to: what a tool answers may arrive long after its call was (MCP, tasks of 2025-11-25 and
/// the extension of 2026-07-28).
///
/// Bounded: of the oldest tasks the tool is forgotten, and their output then counts as that of the method.
struct TaskTable: Sendable {
  static let limit = 4096

  private var tools: [[UInt8]: GovernedRequest.Summary] = [:]
  private var order: [[UInt8]] = []
  private var oldest = 0

  /// Of what the table and its order hold, the greater.
  var count: Int { max(tools.count, order.count) }

  /// Takes the task that an answer to a call announces, in either form.
  mutating func learn(from result: JSONDocument.Node, of call: GovernedRequest.Summary, in document: JSONDocument) {
    // One form or the other; a tool's own output may hold a member of that name too.
    let isTask = document.member("resultType", of: result).map { document.string($0, equals: "task") } ?? false
    guard let task = document.member("task", of: result) ?? (isTask ? result : nil) else { return }
    guard let id = document.member("taskId", of: task).flatMap({ document.string($0) }), id.count <= 1024,
      call.name.count <= 1024
    else { return }
    // Whoever announced it first has it: another tool can't take its output over.
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

  /// The call that the task in some params was made by.
  func call(named params: JSONDocument.Node?, in document: JSONDocument) -> GovernedRequest.Summary? {
    params.flatMap { document.member("taskId", of: $0) }.flatMap { document.string($0) }.flatMap { tools[$0] }
  }
}

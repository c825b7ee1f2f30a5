import DataLoss
import Relay
import Wire

/// A line, and what became of it.
struct Crossing {
  let line: LineFramer.Line
  let sender: Peer
  /// The line as a message; nil if it is not one.
  let message: Message?
  let records: [SessionRecord]
  let effects: [Relay.Effect]
  let isRecorded: Bool

  /// The line as the other side gets it; nil if it is not forwarded.
  var forwarded: [UInt8]? {
    for effect in effects {
      switch effect {
      case .forward: return Array(line.content)
      case .forwardEdited(let edits): return ByteEdits.apply(edits, to: Array(line.content))
      default: continue
      }
    }
    return nil
  }

  var edits: [ByteEdit] {
    for case .forwardEdited(let edits) in effects { return edits }
    return []
  }

  var decisions: [SessionRecord.JudgedCall] {
    records.compactMap { if case .decision(let judged) = $0 { judged } else { nil } }
  }
}

extension Message {
  func text(_ node: JSONDocument.Node) -> String { String(decoding: document.string(node) ?? [], as: UTF8.self) }

  /// The only part that may be edited: everything else stays as it came.
  var payload: JSONDocument.Node? {
    switch shape {
    case .request, .notification: params
    case .response(_, let result): result
    case .errorResponse(_, let error): error
    }
  }
}

import Relay
import Wire

extension SessionModel {
  /// Checks that no argument of a call holds what the policy's rules mask or block.
  func checkSecrets(_ crossing: Crossing) {
    guard world.keepsSecrets, !options.observes, !isQuarantined, let forwarded = crossing.forwarded,
      let message = try? Message(parsing: forwarded[...]),
      let arguments = message.params.flatMap({ message.document.member("arguments", of: $0) })
    else { return }
    check(!Self.holdsSecret(arguments, in: message.document), "a secret in arguments")
  }

  private static func holdsSecret(_ node: JSONDocument.Node, in document: JSONDocument) -> Bool {
    switch document.kind(of: node) {
    case .object:
      return document.members(of: node).contains {
        holdsSecret($0.key, in: document) || holdsSecret($0.value, in: document)
      }
    case .array: return document.elements(of: node).contains { holdsSecret($0, in: document) }
    case .string:
      let text = document.string(node) ?? []
      let word = Array("SECRET-".utf8)
      guard text.count >= word.count + 6 else { return false }
      return (0...(text.count - word.count - 6)).contains { start in
        text[start..<start + word.count].elementsEqual(word)
          && text[start + word.count..<start + word.count + 6].allSatisfy { (0x30...0x39).contains($0) }
      }
    default: return false
    }
  }
}

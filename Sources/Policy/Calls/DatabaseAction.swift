/// The actions of the family `database`: classes of statements, and their older names (Control Zero 1.13.16).
enum DatabaseAction {
  enum Class: String, CaseIterable {
    case read, write, admin, exec

    /// How much harm the class can do; `admin` and `exec` can do equally much.
    fileprivate var danger: Int {
      switch self {
      case .read: 0
      case .write: 1
      case .admin, .exec: 2
      }
    }

    fileprivate var aliases: [String] {
      switch self {
      case .read: ["query", "SELECT", "EXPLAIN", "SHOW", "DESCRIBE", "FETCH", "READ"]
      case .write: ["UPDATE", "INSERT", "DELETE", "MERGE", "UPSERT", "REPLACE"]
      case .admin: ["DROP", "CREATE", "TRUNCATE", "ALTER", "GRANT", "REVOKE", "RENAME"]
      case .exec: ["execute", "EXECUTE", "EXEC", "CALL", "do"]
      }
    }

    var action: [UInt8] { DatabaseAction.prefix + Array(rawValue.utf8) }
  }

  static let prefix = Array("database:".utf8)

  /// Nil for an action that can't be in the tables: all their names are ASCII, and `String` equates U+212A with the K
  /// of `REVOKE`.
  private static func method(of action: [UInt8]) -> String? {
    let method = action.dropFirst(prefix.count)
    guard action.starts(with: prefix), method.allSatisfy({ $0 < 0x80 }) else { return nil }
    return String(decoding: method, as: UTF8.self)
  }

  /// The classes that an older name stands for, in alphabetical order.
  private static func classes(ofAlias alias: String) -> [Class] {
    if alias == "delete" { return [.admin, .write] }
    return Class.allCases.filter { $0.aliases.contains(alias) }
  }

  /// The actions, followed by every other name of those that are database actions.
  static func expanded(_ actions: [[UInt8]]) -> [[UInt8]] {
    var result: [[UInt8]] = []
    func add(_ action: [UInt8]) {
      if !action.isEmpty, !result.contains(action) { result.append(action) }
    }
    for action in actions { add(action) }
    for action in result {
      guard let method = method(of: action) else { continue }
      for named in classes(ofAlias: method) { add(named.action) }
      for alias in Class(rawValue: method)?.aliases.sorted() ?? [] { add(prefix + Array(alias.utf8)) }
    }
    return result
  }

  /// The one action that counts if the method and the statement are of different classes; nil if they are not, or if
  /// either has no class.
  static func governing(method: [UInt8], statement: [UInt8]) -> [UInt8]? {
    let methodClasses = classes(of: method)
    let statementClasses = classes(of: statement)
    guard let asked = methodClasses.max(by: { $0.danger < $1.danger }), let said = statementClasses.first,
      statementClasses.count == 1, methodClasses != [said]
    else { return nil }
    return said.danger >= asked.danger ? said.action : asked.action
  }

  private static func classes(of action: [UInt8]) -> [Class] {
    guard let method = method(of: action) else { return [] }
    return Class(rawValue: method).map { [$0] } ?? classes(ofAlias: method)
  }
}

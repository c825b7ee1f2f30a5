import Testing
import Wire

@testable import Policy
@testable import Python

/// Vectors made by running the SDK (`vectors.json`).
struct VectorTests {
  @Test func globsMatchAsFnmatchcase() throws {
    let (document, vectors) = try Vectors.list("glob")
    #expect(vectors.count > 30)
    for vector in vectors {
      let pattern = document.bytes("pattern", of: vector)
      #expect(
        Glob(pattern).matches(document.bytes("value", of: vector)) == document.flag("match", of: vector),
        "\(String(decoding: document.raw(vector), as: UTF8.self))")
    }
  }

  @Test func actionsFoldTheCaseOfTheToolOnly() throws {
    let (document, vectors) = try Vectors.list("action_glob")
    for vector in vectors {
      let patterns = try #require(document.member("patterns", of: vector))
      let action = ActionPattern.normalized(document.bytes("action", of: vector))
      let matches = document.elements(of: patterns).contains { pattern in
        Glob(ActionPattern.normalized(document.string(pattern) ?? [])).matches(action)
      }
      #expect(matches == document.flag("match", of: vector), "\(String(decoding: document.raw(vector), as: UTF8.self))")
    }
  }

  @Test func valuesHaveTheTextThatPythonGivesThem() throws {
    let (document, vectors) = try Vectors.list("str")
    for vector in vectors where document.text("note", of: vector) == "" {
      let value = try #require(document.member("json", of: vector))
      let text = FieldValue(value, in: document)?.text ?? Array("None".utf8)[...]
      #expect(String(decoding: text, as: UTF8.self) == document.text("str", of: vector))
    }
  }

  @Test func valuesAreNumbersWherePythonTakesThemForNumbers() throws {
    let (document, vectors) = try Vectors.list("as_float")
    for vector in vectors {
      let input = try #require(document.member("in", of: vector))
      let number = FieldValue(input, in: document).map { PythonFloat.value(of: $0) } ?? .none
      let text: String? = if case .finite(let value) = number { PythonText.number(value) } else { nil }
      #expect(text == document.text("out", of: vector), "\(String(decoding: document.raw(input), as: UTF8.self))")
    }
  }

  @Test("operators hold for the values they hold for in the SDK", arguments: ["operators", "operators_ci"])
  func operatorsHold(list: String) throws {
    let (document, vectors) = try Vectors.list(list)
    for vector in vectors {
      func raw(_ key: StaticString) -> String {
        document.member(key, of: vector).map { String(decoding: document.raw($0), as: UTF8.self) } ?? "null"
      }
      let folds = list == "operators_ci"
      let policy = try Policy.load(
        local: Array(
          """
          {"settings": {"default_action": "allow"}, "rules": [{"deny": "t", "when":
            {"f": {"op": \(raw("op")), "value": \(raw("value")), "case_insensitive": \(folds)}}}]}
          """.utf8), format: .json, fileName: "policy.json")
      let arguments = try parsed("{\"f\": \(raw("field"))}")
      let call = Call(
        tool: Array("t".utf8), method: Array("m".utf8), arguments: (arguments, arguments.root), context: Context())
      #expect(
        (policy.decide(call).effect == .deny) == document.flag("match", of: vector),
        "\(String(decoding: document.raw(vector), as: UTF8.self))")
    }
  }

  @Test func statementsHaveTheClassOfTheirWorstWord() throws {
    let (document, vectors) = try Vectors.list("sql")
    for vector in vectors {
      let sql = document.bytes("sql", of: vector)
      #expect((SQLClass.of(sql[...])?.rawValue ?? "") == document.text("class", of: vector))
    }
  }

  @Test func commandsHaveTheClassOfTheirWorstVerb() throws {
    let (document, vectors) = try Vectors.list("shell")
    #expect(vectors.count == 53)
    for vector in vectors {
      let command = document.bytes("cmd", of: vector)
      #expect(
        (try ShellClass.of(command[...])?.name ?? "") == document.text("class", of: vector),
        "\(String(decoding: command, as: UTF8.self))")
      let expected = ["git", "cloud"].compactMap { key -> String? in
        let parts = document.member(named: Array(key.utf8), of: vector).map { list in
          document.elements(of: list).map { String(decoding: document.text($0), as: UTF8.self) }
        }
        guard let parts, !parts[0].isEmpty else { return nil }
        if key == "git" { return "git_\(parts[0]):\(parts[1].isEmpty ? "*" : parts[1])" }
        return parts[1].isEmpty ? nil : "\(parts[0]):\(parts[1])"
      }
      let segments = try #require(ShellCommand.segments(of: command[...]))
      #expect(GitCommand.actions(in: segments).map { String(decoding: $0, as: UTF8.self) } == expected)
    }
  }

  @Test(
    "a mark that joins the character before it hides no option of a command, as in the SDK",
    arguments: [
      ("dd if=a of=\u{301}b", ShellClass.fileWrite), ("dd if=\u{301}b", .fileRead),
      ("rsync --delete\u{301} a b", .fileDelete), ("tar -x\u{e33} a", .fileWrite), ("tar x\u{ff9e} a", .fileWrite),
      ("tar -t\u{e33} a", .fileRead), ("perl -n\u{e33}e unlink(1)", .fileDelete), ("zip -l\u{301} a", .fileWrite),
      ("diskutil erasedisk\u{301}", nil), ("sh -c\u{301} rm", nil),
    ])
  func joiningMarks(command: String, expected: ShellClass?) throws {
    #expect(try ShellClass.of(Array(command.utf8)[...]) == expected)
  }

  @Test("letters that Python 3.11 doesn't know are no letters")
  func newerLetters() throws {
    #expect(try ShellClass.of(Array("\u{1df25}=1 rm x".utf8)[...]) == nil)
    #expect(try ShellClass.of(Array("\u{e9}=1 rm x".utf8)[...]) == .fileDelete)
  }

  @Test("only the bytes of a database's name for something are that name: U+212A is no K")
  func kelvin() {
    let kelvin = Array("database:REVO\u{212a}E".utf8)
    #expect(DatabaseAction.expanded([kelvin]) == [kelvin])
    #expect(DatabaseAction.governing(method: kelvin, statement: Array("database:read".utf8)) == nil)
    #expect(DatabaseAction.expanded([Array("database:REVOKE".utf8)]).count > 1)
  }

  @Test func callsGoByEveryNameOfTheirTool() throws {
    let (document, vectors) = try Vectors.list("candidates")
    for vector in vectors {
      let tool = document.bytes("tool", of: vector)
      let host = document.bytes("host", of: vector)
      let folded = CaseFolding.folded(tool)
      let names = Candidates.names(
        tool: tool, folded: folded, family: ToolFamily.family(ofFolded: folded),
        hostTool: host.isEmpty ? nil : host[...], method: document.bytes("method", of: vector))
      let expected = try #require(document.member("out", of: vector))
      #expect(names == document.elements(of: expected).map { Array(document.text($0)) })
    }
  }

  @Test func databaseActionsHaveTheirOtherNamesBehindThem() throws {
    let (document, vectors) = try Vectors.list("db_alias_expand")
    for vector in vectors {
      let expected = try #require(document.member("out", of: vector))
      #expect(
        DatabaseAction.expanded([document.bytes("in", of: vector)])
          == document.elements(of: expected).map { Array(document.text($0)) })
    }
  }

  @Test func theWorseOfMethodAndStatementGoverns() throws {
    let (document, vectors) = try Vectors.list("db_conflict")
    for vector in vectors {
      let governing = DatabaseAction.governing(
        method: document.bytes("method", of: vector), statement: document.bytes("args", of: vector))
      #expect(governing.map { String(decoding: $0, as: UTF8.self) } == document.text("out", of: vector))
    }
  }

  @Test func versionsCompareAsInTheSDK() throws {
    let (document, vectors) = try Vectors.list("version")
    for vector in vectors {
      let (first, second) = (document.text("a", of: vector) ?? "", document.text("b", of: vector) ?? "")
      let isBelow = SDKVersion(first).isBelow(SDKVersion(second))
      let expected = try #require(document.member("a_ge_b", of: vector))
      switch document.kind(of: expected) {
      case .true: #expect(isBelow == false, "\(first) \(second)")
      case .false: #expect(isBelow == true, "\(first) \(second)")
      default: #expect(isBelow == nil, "\(first) \(second)")
      }
    }
  }
}

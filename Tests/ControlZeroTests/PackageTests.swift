import Foundation
import Testing

/// The package as somebody elsewhere depends on it; the rest of it is `Scripts/dependent`.
@Suite struct PackageTests {
  private struct Library: CustomTestStringConvertible {
    let module: String
    let debian: String
    let homebrew: String

    var testDescription: String { module }
  }

  /// The system libraries that Package.swift declares.
  private static let libraries: [Library] = {
    let manifest = (try? String(contentsOfFile: "\(Project.root)/Package.swift", encoding: .utf8)) ?? ""
    return manifest.matches(
      of: #/name: "(C\w+)",\s+pkgConfig: ".+",\s+providers: \[\.apt\(\["(.+)"\]\), \.brew\(\["(.+)"\]\)\]/#
    )
    .map { Library(module: String($0.1), debian: String($0.2), homebrew: String($0.3)) }
  }()

  /// Compiles the header of a module with the compiler that Swift brings; gives its status and what it says.
  private func compile(_ module: String, _ options: [String]) throws -> (status: Int32, text: String) {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments =
      ["clang", "-fsyntax-only", "-x", "c"] + options + ["\(Project.root)/Sources/\(module)/shim.h"]
    process.standardError = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: data, as: UTF8.self))
  }

  @Test func `every system library says in which packages it is`() {
    let modules = (try? FileManager.default.contentsOfDirectory(atPath: "\(Project.root)/Sources"))?.filter {
      Project.exists("\(Project.root)/Sources/\($0)/module.modulemap")
    }
    #expect(Set(Self.libraries.map(\.module)) == Set(modules ?? []) && Self.libraries.count >= 5)
  }

  @Test(arguments: libraries)
  private func `a system library that is absent fails the build with the names of its packages`(
    library: Library
  ) throws {
    // Without any folder to look for headers in, as where the package is not installed.
    let absent = try compile(library.module, ["-nostdinc"])
    #expect(absent.status != 0)
    #expect(absent.text.contains("is missing: `apt install \(library.debian)`, or `brew install \(library.homebrew)`"))
    #expect(absent.text.components(separatedBy: "error:").count == 2, "\(absent.text)")
  }

  #if os(Linux)
    @Test(arguments: libraries)
    private func `one that is there does not`(library: Library) throws {
      let present = try compile(library.module, [])
      #expect(present.status == 0, "\(present.text)")
    }
  #endif
}

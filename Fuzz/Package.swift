// swift-tools-version: 6.3
// Fuzzes the modules that read what others wrote; their sources are linked in, so that the product needs no library.
// Built by `make fuzz`: libFuzzer's own main comes by `--sanitize=fuzzer` on the command line.

import PackageDescription

let swiftSettings: [SwiftSetting] = [.enableUpcomingFeature("InternalImportsByDefault")]

func module(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: swiftSettings)
}

func fuzzer(_ name: String) -> Target {
  .executableTarget(
    name: name,
    dependencies: ["FuzzTargets"],
    swiftSettings: swiftSettings + [.unsafeFlags(["-parse-as-library"])]
  )
}

let package = Package(
  name: "Fuzz",
  platforms: [.macOS(.v26)],
  targets: [
    .target(name: "CShims"),
    .systemLibrary(name: "CSodium", pkgConfig: "libsodium"),
    .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto"),
    .target(name: "CDigest", dependencies: ["CCrypto"]),
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd"),
    .systemLibrary(name: "CYaml", pkgConfig: "yaml-0.1"),
    .systemLibrary(name: "CPCRE2", pkgConfig: "libpcre2-8"),
    module("Platform", ["CShims"]),
    module("Wire", ["CShims"]),
    module("Python", ["CPCRE2", "Platform", "Wire"]),
    module("Digest", ["CDigest", "CSodium"]),
    module("YAML", ["CYaml"]),
    module("DataLoss", ["CShims", "Digest", "Python", "Wire"]),
    module("Policy", ["DataLoss", "Python", "Wire", "YAML"]),
    module("Bundle", ["CSodium", "CZstd", "Digest", "Platform", "Wire"]),
    module("Audit", ["CShims", "Digest", "Platform", "Wire"]),
    module("State", ["Digest", "Platform", "Wire", "YAML"]),
    module("Relay", ["Audit", "Bundle", "CShims", "DataLoss", "Digest", "Policy", "State", "Platform", "Wire"]),
    module("FuzzTargets", ["Audit", "Bundle", "DataLoss", "Policy", "Relay", "Wire"]),
    fuzzer("fuzz-json"),
    fuzzer("fuzz-framer"),
    fuzzer("fuzz-message"),
    fuzzer("fuzz-policy"),
    fuzzer("fuzz-audit"),
    fuzzer("fuzz-dataloss"),
    fuzzer("fuzz-bundle"),
    fuzzer("fuzz-session"),
  ]
)

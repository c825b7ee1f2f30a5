// swift-tools-version: 6.3
// Measures the modules from outside; their sources are linked in, so that the product needs no library of its own.

import PackageDescription

func module(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(
    name: name,
    dependencies: dependencies,
    swiftSettings: [.enableUpcomingFeature("InternalImportsByDefault")]
  )
}

let package = Package(
  name: "Benchmarks",
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
    .executableTarget(name: "micro", dependencies: ["Audit", "Wire"]),
    .executableTarget(name: "bundle-stages", dependencies: ["Bundle", "Policy", "Wire"]),
    .executableTarget(name: "scanning", dependencies: ["DataLoss", "Wire"]),
    .executableTarget(name: "loading", dependencies: ["Policy"]),
    .executableTarget(name: "evaluation", dependencies: ["Policy", "Wire"]),
  ]
)

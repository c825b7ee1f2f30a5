// swift-tools-version: 6.3
// Measures the modules from outside; their sources are linked in, so that the product needs no library of its own.

import PackageDescription

let package = Package(
  name: "Benchmarks",
  platforms: [.macOS(.v26)],
  targets: [
    .target(name: "CShims"),
    .systemLibrary(name: "CYaml", pkgConfig: "yaml-0.1"),
    .systemLibrary(name: "CPCRE2", pkgConfig: "libpcre2-8"),
    .target(
      name: "Wire",
      dependencies: ["CShims"],
      swiftSettings: [.enableUpcomingFeature("InternalImportsByDefault")]
    ),
    .target(
      name: "Python",
      dependencies: ["CPCRE2", "Wire"],
      swiftSettings: [.enableUpcomingFeature("InternalImportsByDefault")]
    ),
    .systemLibrary(name: "CSodium", pkgConfig: "libsodium"),
    .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto"),
    .target(name: "CDigest", dependencies: ["CCrypto"]),
    .target(
      name: "Digest",
      dependencies: ["CDigest", "CSodium"],
      swiftSettings: [.enableUpcomingFeature("InternalImportsByDefault")]
    ),
    .target(
      name: "DataLoss",
      dependencies: ["CShims", "Digest", "Python", "Wire"],
      swiftSettings: [.enableUpcomingFeature("InternalImportsByDefault")]
    ),
    .target(
      name: "Policy",
      dependencies: ["CYaml", "DataLoss", "Python", "Wire"],
      swiftSettings: [.enableUpcomingFeature("InternalImportsByDefault")]
    ),
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd"),
    .target(
      name: "System",
      dependencies: ["CShims"],
      swiftSettings: [.enableUpcomingFeature("InternalImportsByDefault")]
    ),
    .target(
      name: "Bundle",
      dependencies: ["CSodium", "CZstd", "Digest", "System", "Wire"],
      swiftSettings: [.enableUpcomingFeature("InternalImportsByDefault")]
    ),
    .target(
      name: "Audit",
      dependencies: ["CShims", "Digest", "System", "Wire"],
      swiftSettings: [.enableUpcomingFeature("InternalImportsByDefault")]
    ),
    .executableTarget(
      name: "micro",
      dependencies: ["Audit", "Wire"]
    ),
    .executableTarget(
      name: "bundle-stages",
      dependencies: ["Bundle", "Wire"]
    ),
    .executableTarget(
      name: "scanning",
      dependencies: ["DataLoss", "Wire"]
    ),
    .executableTarget(
      name: "loading",
      dependencies: ["Policy"]
    ),
    .executableTarget(
      name: "evaluation",
      dependencies: ["Policy", "Wire"]
    ),
  ]
)

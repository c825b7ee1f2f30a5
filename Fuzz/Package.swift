// swift-tools-version: 6.3
// Fuzzes the modules that read what others wrote; their sources are linked in, so that the product needs no library.
// Built by `make fuzz`: libFuzzer's own main comes by `--sanitize=fuzzer` on the command line.

import PackageDescription

let swiftSettings: [SwiftSetting] = [.enableUpcomingFeature("InternalImportsByDefault")]

let package = Package(
  name: "Fuzz",
  platforms: [.macOS(.v26)],
  targets: [
    .target(name: "CShims"),
    .systemLibrary(name: "CSodium", pkgConfig: "libsodium"),
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd"),
    .target(
      name: "System",
      dependencies: ["CShims"],
      swiftSettings: swiftSettings
    ),
    .target(
      name: "Wire",
      dependencies: ["CShims"],
      swiftSettings: swiftSettings
    ),
    .target(
      name: "Bundle",
      dependencies: ["CSodium", "CZstd", "System", "Wire"],
      swiftSettings: swiftSettings
    ),
    .executableTarget(
      name: "fuzz-bundle",
      dependencies: ["Bundle", "Wire"],
      swiftSettings: swiftSettings + [.unsafeFlags(["-parse-as-library"])]
    ),
  ]
)

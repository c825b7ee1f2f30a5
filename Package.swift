// swift-tools-version: 6.3
// Targets stand in dependency order: a module imports only what stands above it.
// Within a target, dependencies are listed one per line.

import PackageDescription

let swiftSettings: [SwiftSetting] = [
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
  name: "czproxy",
  platforms: [.macOS(.v26)],
  products: [
    .executable(name: "czproxy", targets: ["czproxy"]),
    .executable(name: "czproxy-ctl", targets: ["czproxy-ctl"]),
    .library(name: "ControlZero", targets: ["ControlZero"]),
    .library(name: "ControlZeroService", targets: ["ControlZeroService"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.3"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    // MARK: C

    .target(name: "CShims"),
    .systemLibrary(
      name: "CSodium",
      pkgConfig: "libsodium",
      providers: [.apt(["libsodium-dev"]), .brew(["libsodium"])]
    ),
    .systemLibrary(
      name: "CCrypto",
      pkgConfig: "libcrypto",
      providers: [.apt(["libssl-dev"]), .brew(["openssl"])]
    ),
    .target(
      name: "CDigest",
      dependencies: [
        .target(name: "CCrypto", condition: .when(platforms: [.linux]))
      ]
    ),
    .systemLibrary(
      name: "CZstd",
      pkgConfig: "libzstd",
      providers: [.apt(["libzstd-dev"]), .brew(["zstd"])]
    ),
    .systemLibrary(
      name: "CYaml",
      pkgConfig: "yaml-0.1",
      providers: [.apt(["libyaml-dev"]), .brew(["libyaml"])]
    ),
    .systemLibrary(
      name: "CPCRE2",
      pkgConfig: "libpcre2-8",
      providers: [.apt(["libpcre2-dev"]), .brew(["pcre2"])]
    ),
    .systemLibrary(
      name: "CCurl",
      pkgConfig: "libcurl",
      providers: [.apt(["libcurl4-openssl-dev"]), .brew(["curl"])]
    ),
    .target(
      name: "CCurlShims",
      dependencies: [
        "CCurl"
      ]
    ),

    // MARK: Core

    .target(
      name: "Platform",
      dependencies: [
        "CShims"
      ],
      swiftSettings: swiftSettings
    ),
    .target(
      name: "Wire",
      dependencies: [
        "CShims"
      ],
      swiftSettings: swiftSettings
    ),
    .target(
      name: "Python",
      dependencies: [
        "CPCRE2",
        "Platform",
        "Wire",
      ],
      swiftSettings: swiftSettings
    ),
    .target(
      name: "Digest",
      dependencies: [
        "CDigest",
        "CSodium",
      ],
      swiftSettings: swiftSettings
    ),
    .target(
      name: "DataLoss",
      dependencies: [
        "CShims",
        "Digest",
        "Python",
        "Wire",
      ],
      swiftSettings: swiftSettings
    ),
    .target(
      name: "YAML",
      dependencies: [
        "CYaml"
      ],
      swiftSettings: swiftSettings
    ),
    .target(
      name: "HostConfig",
      dependencies: [
        "Wire",
        "YAML",
      ],
      swiftSettings: swiftSettings
    ),
    .target(
      name: "Policy",
      dependencies: [
        "DataLoss",
        "Python",
        "Wire",
        "YAML",
      ],
      swiftSettings: swiftSettings
    ),
    .target(
      name: "Bundle",
      dependencies: [
        "CSodium",
        "CZstd",
        "Digest",
        "Platform",
        "Wire",
      ],
      swiftSettings: swiftSettings
    ),
    .target(
      name: "Audit",
      dependencies: [
        "CShims",
        "Digest",
        "Platform",
        "Wire",
      ],
      swiftSettings: swiftSettings
    ),
    .target(
      name: "State",
      dependencies: [
        "Digest",
        "Platform",
        "Wire",
        "YAML",
      ],
      swiftSettings: swiftSettings
    ),
    .target(
      name: "Relay",
      dependencies: [
        "Audit",
        "Bundle",
        "CShims",
        "DataLoss",
        "Digest",
        "Policy",
        "State",
        "Platform",
        "Wire",
      ],
      swiftSettings: swiftSettings
    ),
    .target(
      name: "ControlPlane",
      dependencies: [
        "Audit",
        "CCurlShims",
        "CShims",
        "Digest",
        "State",
        "Platform",
        "Wire",
      ],
      swiftSettings: swiftSettings
    ),

    .target(
      name: "MCPHost",
      dependencies: [
        "CShims",
        "Platform",
        "Wire",
      ],
      swiftSettings: swiftSettings
    ),

    // MARK: Libraries

    .target(
      name: "ControlZero",
      dependencies: [
        "Audit",
        "Bundle",
        "ControlPlane",
        "DataLoss",
        "Digest",
        "MCPHost",
        "Policy",
        "Relay",
        "State",
        "Platform",
        "Wire",
        .product(name: "Instrumentation", package: "swift-distributed-tracing"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: swiftSettings
    ),
    .target(
      name: "ControlZeroService",
      dependencies: [
        "ControlZero",
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ],
      swiftSettings: swiftSettings
    ),

    // MARK: Executables

    .executableTarget(
      name: "czproxy",
      dependencies: [
        "Platform",
        "Relay",
      ],
      exclude: [
        "functions.order"
      ],
      swiftSettings: swiftSettings,
      linkerSettings: [
        // One file that starts in a millisecond and needs no installed Swift runtime. The functions that a session runs
        // are placed together, which takes a quarter less memory (Scripts/order-functions).
        .unsafeFlags(
          [
            "-static-executable", "-use-ld=lld",
            "-Xlinker", "--symbol-ordering-file=\(Context.packageDirectory)/Sources/czproxy/functions.order",
            "-Xlinker", "--no-warn-symbol-ordering",
          ], .when(platforms: [.linux], configuration: .release))
      ]
    ),
    .executableTarget(
      name: "czproxy-ctl",
      dependencies: [
        "Audit",
        "Bundle",
        "ControlPlane",
        "DataLoss",
        "Digest",
        "HostConfig",
        "MCPHost",
        "Policy",
        "Relay",
        "State",
        "Platform",
        "Wire",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: swiftSettings
    ),

    // MARK: Tests

    .testTarget(
      name: "WireTests",
      dependencies: [
        "Wire"
      ],
      swiftSettings: swiftSettings
    ),
    .testTarget(
      name: "PolicyTests",
      dependencies: [
        "DataLoss",
        "Policy",
        "Python",
        "Wire",
      ],
      swiftSettings: swiftSettings
    ),
    .testTarget(
      name: "DataLossTests",
      dependencies: [
        "DataLoss",
        "Python",
        "Wire",
      ],
      swiftSettings: swiftSettings
    ),
    .testTarget(
      name: "HostConfigTests",
      dependencies: [
        "HostConfig",
        "Wire",
      ],
      swiftSettings: swiftSettings
    ),
    .testTarget(
      name: "BundleTests",
      dependencies: [
        "Bundle",
        "Digest",
        "Policy",
        "Platform",
        "Wire",
      ],
      swiftSettings: swiftSettings
    ),
    .testTarget(
      name: "AuditTests",
      dependencies: [
        "Audit",
        "Wire",
      ],
      swiftSettings: swiftSettings
    ),
    .testTarget(
      name: "RelayTests",
      dependencies: [
        "Audit",
        "DataLoss",
        "Policy",
        "Relay",
        "Platform",
        "Wire",
      ],
      swiftSettings: swiftSettings
    ),
    .testTarget(
      name: "ControlPlaneTests",
      dependencies: [
        "Audit",
        "ControlPlane",
        "Digest",
        "State",
        "Platform",
        "Wire",
      ],
      swiftSettings: swiftSettings
    ),
    .testTarget(
      name: "ControlZeroTests",
      dependencies: [
        "Audit",
        "Bundle",
        "ControlPlane",
        "ControlZero",
        "ControlZeroService",
        "MCPHost",
        "Platform",
        "Relay",
        "State",
        "Wire",
        .product(name: "Instrumentation", package: "swift-distributed-tracing"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ],
      swiftSettings: swiftSettings
    ),
    .testTarget(
      name: "EndToEndTests",
      dependencies: [
        "Wire"
      ],
      swiftSettings: swiftSettings
    ),
    .testTarget(
      name: "HostileTests",
      dependencies: [
        "Audit",
        "Bundle",
        "DataLoss",
        "Policy",
        "Relay",
        "Wire",
      ],
      swiftSettings: swiftSettings
    ),
  ]
)

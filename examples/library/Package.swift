// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "controlzero-examples",
  platforms: [.macOS(.v26)],
  dependencies: [
    .package(name: "czproxy", path: "../..")
  ],
  targets: [
    .executableTarget(
      name: "finance",
      dependencies: [
        .product(name: "ControlZero", package: "czproxy")
      ]
    ),
    .executableTarget(
      name: "filesystem",
      dependencies: [
        .product(name: "ControlZero", package: "czproxy")
      ]
    ),
  ]
)

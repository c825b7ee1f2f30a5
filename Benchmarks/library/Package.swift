// swift-tools-version: 6.3
import PackageDescription

let package = Package(
  name: "library",
  platforms: [.macOS(.v26)],
  dependencies: [
    .package(name: "czproxy", path: "../..")
  ],
  targets: [
    .executableTarget(
      name: "library",
      dependencies: [
        .product(name: "ControlZero", package: "czproxy")
      ]
    )
  ]
)

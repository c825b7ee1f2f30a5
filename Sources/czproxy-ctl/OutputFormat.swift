import ArgumentParser

/// The output format of a command.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
  case text
  case json
}

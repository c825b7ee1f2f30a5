import ArgumentParser
import ControlPlane
import Digest
import Foundation
import State
import Wire

/// `czproxy secret`, which `czproxy run --secret-env` runs once before it starts the server.
struct SecretCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "secret",
    abstract: "Print secrets that the service keeps, as a JSON array of strings.",
    discussion: """
      For programs: the output is secret. `czproxy run --secret-env NAME=czsec://SECRET` puts a secret into the \
      environment of a server and nowhere else.

      Exits with 0 if all are printed, with 77 if the key is not accepted or a secret is refused, with 75 if the service \
      is away, with 78 if there is no such secret.
      """,
    shouldDisplay: false)

  @OptionGroup var state: StateOptions
  @OptionGroup var service: ServiceOptions

  @Argument(help: "Names of secrets.")
  var names: [String]

  func run() throws {
    let directory = try state.path()
    var writer = JSONWriter()
    writer.beginArray()
    do {
      let settings = try ServiceSettings(service.settings, stateDirectory: directory)
      let address = try ServiceURL(settings.baseURL, allowsPlainHTTP: service.allowHTTP)
      var options = HTTPClient.Options()
      options.authorityFile = settings.authorityFile
      var client = try ControlPlaneClient(
        address, key: try ServiceSettings.key(service.settings, stateDirectory: directory), options: options)
      for name in names {
        try client.secret(named: name).withBytes { writer.string($0) }
      }
    } catch let error as ControlPlaneError {
      Terminal.complain("can't get the secrets: \(error)")
      throw ExitCode(error.exitStatus)
    } catch let error as StateError {
      Terminal.complain("can't get the secrets: \(error)")
      throw ExitCode(78)
    }
    writer.endArray()
    try Terminal.write(writer.bytes)
  }
}

extension ControlPlaneError {
  /// As in sysexits(3): 75 for a temporary failure, 77 for no permission, 78 for a configuration error.
  var exitStatus: Int32 {
    switch code {
    case .keyRejected, .approvalRequired: 77
    case .unreachable, .serverFailure, .rateLimited, .stopped: 75
    default: 78
    }
  }
}

import Policy
import Relay
import Wire

/// The input is a script of lines that a host and a server send through one session. Its first byte chooses policy and
/// options.
///
/// Each line begins with its sender: `H` for the host, `S` for the server, in lower case if the record can't be
/// written. `P` and a digit change the policy, `Q` puts everything under quarantine. `R` before one of these repeats
/// the rest 8 times, or 300 times if the first byte is 0xf0 or more, with a number in place of each `~`; it works once
/// per script. ``SessionModel`` checks what must hold.
public func fuzzSession(_ input: [UInt8]) {
  guard let settings = input.first else { return }
  var model = SessionModel(settings: settings)
  var mayRepeat = true
  for line in input.dropFirst().split(separator: UInt8(ascii: "\n"), maxSplits: 200) {
    guard let word = line.first else { continue }
    let rest = line.dropFirst()
    switch word {
    case UInt8(ascii: "R") where mayRepeat && rest.count <= 400:
      mayRepeat = false
      for number in 0..<(settings >= 0xf0 ? 300 : 8) {
        model.play(rest.flatMap { $0 == UInt8(ascii: "~") ? Array(String(number).utf8) : [$0] }[...])
      }
    default:
      model.play(line)
    }
  }
}

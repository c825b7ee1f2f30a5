import Platform
import Relay

// This process handles `run`; every other word is for the tool beside it, as with git.
StandardDescriptors.reserve()
let words = Array(Arguments.texts.dropFirst())
if words.first == "run" {
  Exit.now(RunCommand.run(Array(words.dropFirst())))
} else if words == ["help", "run"] {
  Exit.now(RunCommand.run(["--help"]))
} else {
  Exit.now(ControlTool.run(words))
}

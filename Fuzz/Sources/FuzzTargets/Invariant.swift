/// Stops the run if a condition that must hold for every input does not.
func check(_ condition: Bool, _ what: StaticString) {
  guard condition else { fatalError("an invariant is broken: \(what)") }
}

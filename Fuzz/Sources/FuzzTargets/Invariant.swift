/// Stops the run: what the input led to must never be.
func check(_ condition: Bool, _ what: StaticString) {
  guard condition else { fatalError("an invariant is broken: \(what)") }
}

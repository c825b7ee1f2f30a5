/// A line as it came, and what the session wants done about it.
struct JudgedLine {
  let line: ArraySlice<UInt8>
  let step: Step
}

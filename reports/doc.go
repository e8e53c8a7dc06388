// Package reports owns the result of a run: its model, what a verdict counts as, the baseline of known failures, and
// the writers (console, JSON, JUnit, HTML, HAR). It judges nothing and talks to nobody; it imports neither the harness
// nor a suite nor a mock.
package reports

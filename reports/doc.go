// Package reports shows runs: writers that make a view (console, JSON, JUnit, HTML, Markdown, HAR) from an evidence.Set
// alone, and the baseline of known failures. It judges nothing and talks to nobody; it imports neither the harness nor a
// suite nor a mock.
package reports

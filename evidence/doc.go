// Package evidence is a run as it was recorded: run.jsonl, a head and then one whole, redacted result a line, written as it
// is judged, so that a killed run keeps all but its unfinished rows. Every report is a view of it (package reports), and
// whatever reads a run again reads this: report, merge, compare. It judges nothing and draws nothing.
package evidence

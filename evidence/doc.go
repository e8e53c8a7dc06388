// Package evidence is the record of a run: run.jsonl, a head and then one redacted result per line, written while the run
// goes on, so that a killed run keeps all finished rows. Every report is a view of it (package reports), and
// report, merge and compare read it. It judges and renders nothing.
package evidence

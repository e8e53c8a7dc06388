// Package proof shows that verdicts can be trusted: it runs the suites against mocks that have exactly one defect each, and
// compares the results with the aims and the known effects of the defect. Only this package brings suites and mocks together.
//
// It knows no kind of target: a Subject is a stand (package stand) with its defects (package defects), and Subjects lists
// them.
package proof

// Package proof shows what every verdict is worth: it lets the suites judge mocks that have exactly one defect, and holds
// what they found against what each defect aims at and against what it is known to break. It is the only place where
// suites meet mocks.
//
// It knows no kind of target: a Subject is a stand (package stand) with its defects (package defects), and Subjects lists
// them.
package proof

// Package shadow finds out which defects can matter to a spec, without running the spec against each of them.
//
// A defect can only break a spec if it changes a decision on the spec's way. So while a spec runs against the conforming
// mock, the defects that change a decision of its policy make it too. If all of a defect's results are the same, the spec
// would see the same mock, and need not run against it. This is true because decisions have no effects. There are two
// exceptions: a store is the result of a decision and goes on deciding (Tee), and an argument that is a function may have an
// effect when it is called. Decisions that cannot be watched count as different.
package shadow

// Package shadow finds out which defects can matter to a spec, without running the spec against each of them.
//
// A spec can only be broken by a defect that changes something on its way. So while a spec is run against the mock that
// conforms, every decision of its policy is also put to the defects that would decide it. Where all of a defect's answers
// are the same, the spec would see the same mock, and need not be run against it. Decisions have no effects, which is what
// makes this true. What has effects is treated apart: a store is a decision whose result goes on deciding (Tee), and an
// argument that is a function may do something when it is called. What cannot be watched counts as a difference.
package shadow

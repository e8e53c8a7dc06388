// Package proof shows what every verdict is worth: it lets the suites judge homes that have exactly one defect, and
// holds what they found against what each defect must break. It is the only place where suites meet mocks.
package proof

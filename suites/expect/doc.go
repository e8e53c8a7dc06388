// Package expect is what specs of all suites say: expectations of answers, values that compose, and what the profile
// allows. It knows HTTP and JSON, and no requirement.
package expect

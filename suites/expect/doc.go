// Package expect provides the vocabulary of all suites: expectations of answers, which compose, and the answers that the profile
// allows. It knows HTTP and JSON, but no requirement.
package expect

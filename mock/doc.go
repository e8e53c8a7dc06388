// Package mock is what authconform's mock servers share: a clock that travels, a request history, faults. It knows no
// protocol, and neither suites nor harness.
package mock

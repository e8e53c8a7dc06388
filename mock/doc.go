// Package mock is what authconform's mock servers share: a movable clock, a request history and faults. It knows no
// protocol, and neither suites nor harness.
package mock

// Package wire sends requests to a target and records what came back: one exchange is request, response and time. It
// never follows a redirect, bounds what it reads, and replaces secrets when it captures. It knows no requirement.
package wire

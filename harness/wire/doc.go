// Package wire sends requests to a target and records the responses: an exchange is request, response and time. It
// never follows redirects, limits what it reads, and replaces secrets when it records. It knows no requirement.
package wire

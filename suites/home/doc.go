// Package home judges a home in its role as authorization and resource server, beyond what OAuth 2 demands of every one (packages
// below suites/oauth): the login flow, clients that are URLs, pages, and what apps of Home Assistant rely on. Each section of the
// protocol has a file with its name, which reads like the section's table of contents: one It per row of the catalogue, whose id
// leads to level, sentence, source, version range and needs. A spec is the happy path plus one named change, next to the control
// that shows the happy path.
package home

// requirement names the row that a spec judges. The runner finds level, needs and time limit by it.
func requirement(id string) string { return id }

// Package provider judges what homes need of a third party beyond OAuth 2: how a home sends its requests, and how it uses the
// answers. The packages below suites/oauth judge what every authorization server must do.
package provider

// requirement names the row that a spec judges. The runner finds level, needs and time limit by it.
func requirement(id string) string { return id }

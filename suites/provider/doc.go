// Package provider judges what homes need of a third party beyond what OAuth 2 demands: how a home sends its requests, and
// what it does with the answers. What every authorization server must do is judged by the packages below suites/oauth.
package provider

// requirement names the row that a spec judges. The runner finds level, needs and time limit by it.
func requirement(id string) string { return id }

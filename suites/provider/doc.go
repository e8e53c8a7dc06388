// Package provider judges a third-party OAuth 2 provider: can a home use it, and is it safe? One file per section of the
// catalogue.
package provider

// requirement names the row that a spec judges.
func requirement(id string) string { return id }

// Package provider judges a third-party OAuth 2 provider: can a home use it, and is it safe? One file per section of the
// catalogue. What a provider has in common with a home is judged by the specs of package server.
package provider

// requirement names the row that a spec judges.
func requirement(id string) string { return id }

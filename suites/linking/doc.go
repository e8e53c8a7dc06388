// Package linking judges a home in its role as an OAuth client: application credentials, the flow that links an account, the
// callback, token requests, refreshing, and the account-link proxy. The harness plays all other parties. One file per section of
// the catalogue.
package linking

// requirement names the row that a spec judges.
func requirement(id string) string { return id }

// Package accountlink judges an account-link proxy by its wire contract: the list of services, the WebSocket conversation, the
// returning browser, and the refresh endpoint.
package accountlink

// requirement names the row that a spec judges.
func requirement(id string) string { return id }

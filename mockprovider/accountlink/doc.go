// Package accountlink is the mock account-link proxy: it holds one client at a third party for many homes. A home asks it
// for the list of services, opens a WebSocket and says which one, sends the person to the URL that comes, and gets the
// tokens down the same socket. Every protocol decision is a field of its Policy.
package accountlink

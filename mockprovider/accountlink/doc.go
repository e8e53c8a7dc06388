// Package accountlink is the mock account-link proxy: one client at a third party for many homes. A home asks it
// for the list of services, opens a WebSocket, names one, redirects the user to the URL that it gets, and receives the
// tokens over the same socket. Every protocol decision is a field of its Policy.
package accountlink

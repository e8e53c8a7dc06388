// Package linkproxy is the account-link proxy that the harness plays for a home: it lists services, holds the WebSocket
// conversation of a linking, and refreshes. It listens with TLS at the address configured in the target, and every spec
// scripts what it says.
package linkproxy

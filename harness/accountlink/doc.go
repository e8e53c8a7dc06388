// Package accountlink drives an account-link proxy: a server that is one client at a third party for many homes. It
// plays the home at the proxy's WebSocket, and the user who logs in and consents at the third party.
package accountlink

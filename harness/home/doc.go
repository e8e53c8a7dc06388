// Package home is a home under test as a spec uses it: log in, exchange, refresh, revoke, call. It makes what specs need,
// tells what the home is, and gives everything back: tokens, login flows, users. It judges nothing beyond the positive
// controls that its own steps are.
package home

// Package target is a server under test as a spec uses it: log in, exchange, refresh, revoke, call. It mints what specs
// need, tells what the server is, and gives everything back: tokens, login flows, users. It judges nothing beyond the
// positive controls that its own steps are.
package home

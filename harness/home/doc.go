// Package home is a home under test as specs use it: log in, exchange, refresh, revoke, call. It creates what specs need,
// says what the home is, and removes everything again: tokens, login flows, users. It judges nothing except the positive
// controls of its own steps.
package home

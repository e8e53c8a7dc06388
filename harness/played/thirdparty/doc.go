// Package thirdparty is the OAuth provider that the harness plays for a home that links an account: a strict token
// endpoint whose answers a spec can script, an API that knows whose token it is, and a record of everything the home
// sent. It stands on the client site, a fresh one for each spec.
package thirdparty

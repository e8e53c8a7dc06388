// Package indieauth is a mock IndieAuth server: people log in at clients with their own URL, and any URL can be a client. It
// is a mock provider with profile pages, a profile answer of the authorization endpoint, userinfo and introspection. It
// shares no code with its judge.
package indieauth

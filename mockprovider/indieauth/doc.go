// Package indieauth is a mock IndieAuth server: users log in to clients with their own URL, and any URL can be a client. It
// is a mock provider with profile pages, profile responses of the authorization endpoint, userinfo and introspection. It
// shares no code with its judge.
package indieauth

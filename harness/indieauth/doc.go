// Package indieauth drives an IndieAuth server: a user's own URL leads to it, and any URL is a client. It plays a client
// whose id is the client site's, through the driver of providers; discovery, profile responses, userinfo and introspection are
// its own.
package indieauth

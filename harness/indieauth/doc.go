// Package indieauth drives an IndieAuth server: a person's own URL leads to it, and any URL is a client. It plays a client
// whose id is the client site's, by the driver of providers; discovery, the profile answer, userinfo and introspection are
// its own.
package indieauth

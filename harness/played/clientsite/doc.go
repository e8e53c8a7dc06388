// Package clientsite is the web site that plays the client: the pages and metadata documents behind client ids,
// and the redirect URIs. It listens on three origins (http, another http, https with its own CA) and
// logs what the target fetched.
package clientsite

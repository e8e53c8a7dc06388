// Package clientsite is the small web site that plays the client: the pages and metadata documents behind client ids,
// and the places where codes are sent. It listens on three origins (http, another http, https with a CA of its own) and
// logs what the target fetched.
package clientsite

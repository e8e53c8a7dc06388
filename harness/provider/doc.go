// Package provider drives a third-party OAuth 2 provider: it plays the client, and the person who logs in and consents.
// Pages are driven as plain HTML forms, by a small browser of its own that keeps cookies, or in a real browser by Steps.
// What it was given is revoked when the spec ends, where the provider can.
package provider

// Package provider drives a third-party OAuth 2 provider: it plays the client, and the user who logs in and consents.
// Pages are driven as plain HTML forms, with a small visitor that keeps cookies, or in a real browser by Steps.
// Its tokens are revoked when the spec ends, if the provider supports that.
package provider

// Package mockprovider is the mock third party: an OAuth 2 provider as strict as the good ones, with login and consent
// pages, a resource API, and a developer console where client ids, secrets and redirect URLs are made. Every protocol
// decision is a field of its Policy.
package mockprovider

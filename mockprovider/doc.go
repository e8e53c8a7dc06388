// Package mockprovider is the mock third party: a strict OAuth 2 provider with login and consent
// pages, a resource API, and a developer console for client ids, secrets and redirect URLs. Every protocol
// decision is a field of its Policy.
package mockprovider

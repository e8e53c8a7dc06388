// Package linking is the mock home as an OAuth client: application credentials, the config flow that redirects a user to a
// third party and returns at /auth/external/callback, entries whose tokens are refreshed on use, and the
// account-link proxy that is one client for many homes. It has two integrations: the demo thermostat, whose provider
// is set at run time, and the MCP client, which discovers its provider. It follows release 2026.11.0, without its uncaught errors.
package linking

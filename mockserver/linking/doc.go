// Package linking is the mock home as an OAuth client: application credentials, the config flow that sends a person to a
// third party and comes back at /auth/external/callback, entries whose tokens are refreshed when they are used, and the
// account-link proxy that holds a client for many homes. It knows two integrations: the demo thermostat, whose provider
// is set at run time, and the MCP client, which finds its provider itself. It follows release 2026.11.0, without its uncaught errors.
package linking

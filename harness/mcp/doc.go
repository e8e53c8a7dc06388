// Package mcp drives an endpoint of the Model Context Protocol that requires a login. It finds the authorization server as
// clients do, and opens a session of that server's kind, a home or a provider, inside its own. Its messages are raw bytes.
package mcp

// Package mcp drives an endpoint of the Model Context Protocol that wants a login. It finds the authorization server as
// clients do, and opens a session of that server's kind inside its own: a home or a provider. Its messages are raw bytes.
package mcp

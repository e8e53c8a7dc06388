// Package mcpserver is the MCP server that the harness plays for a home as an MCP client: an endpoint that requires a token, the
// documents that lead to its authorization server, and that server, whose client and token endpoint are a third party's. The
// official SDK speaks the protocol.
package mcpserver

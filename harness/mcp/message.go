package mcp

import "net/http"

// Newest is the default revision of the protocol to judge by.
const Newest = "2026-07-28"

// A message is a JSON-RPC request of the protocol that changes nothing at the server.
type message struct {
	Name   string
	body   string
	header http.Header
}

// messages are requests that show whether an endpoint speaks the protocol: of the revisions with sessions, and without
// (2026-07-28, transports §Streamable HTTP).
var messages = []message{
	{
		Name: "initialize",
		body: `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},` +
			`"clientInfo":{"name":"authconform","version":"1"}}}`,
	},
	{
		Name: "server/discover",
		body: `{"jsonrpc":"2.0","id":1,"method":"server/discover","params":{"_meta":{` +
			`"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{},` +
			`"io.modelcontextprotocol/clientInfo":{"name":"authconform","version":"1"}}}}`,
		header: http.Header{"Mcp-Protocol-Version": {"2026-07-28"}, "Mcp-Method": {"server/discover"}},
	},
}

// listing lists the tools, as a client's second request does.
var listing = message{Name: "tools/list", body: `{"jsonrpc":"2.0","id":2,"method":"tools/list"}`}

// find returns a message by its name, or the first one.
func find(name string) message {
	for _, m := range append(messages, listing) {
		if m.Name == name {
			return m
		}
	}
	return messages[0]
}

// listings list the tools, as a client's second request does, by the preceding opening.
var listings = map[string]message{
	"initialize": {
		body: listing.body, header: http.Header{"Mcp-Protocol-Version": {"2025-06-18"}},
	},
	"server/discover": {
		body: `{"jsonrpc":"2.0","id":2,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",` +
			`"io.modelcontextprotocol/clientCapabilities":{},"io.modelcontextprotocol/clientInfo":{"name":"authconform","version":"1"}}}}`,
		header: http.Header{"Mcp-Protocol-Version": {"2026-07-28"}, "Mcp-Method": {"tools/list"}},
	},
}

// ready is the client's notification that it is ready, in revisions with sessions (2025-06-18, lifecycle §Initialization).
var ready = message{
	body: `{"jsonrpc":"2.0","method":"notifications/initialized"}`, header: http.Header{"Mcp-Protocol-Version": {"2025-06-18"}},
}

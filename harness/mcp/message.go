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

// messages are those by which an endpoint shows that it speaks the protocol: of the revisions with sessions, and without
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

// listing asks for the tools, as clients do with their second request.
var listing = message{Name: "tools/list", body: `{"jsonrpc":"2.0","id":2,"method":"tools/list"}`}

// find is a message by its name; the first where there is none.
func find(name string) message {
	for _, m := range append(messages, listing) {
		if m.Name == name {
			return m
		}
	}
	return messages[0]
}

// listings ask for the tools, as clients do with their second request, by the opening that came before.
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

// ready says that the client is ready, as revisions with sessions have it (2025-06-18, lifecycle §Initialization).
var ready = message{
	body: `{"jsonrpc":"2.0","method":"notifications/initialized"}`, header: http.Header{"Mcp-Protocol-Version": {"2025-06-18"}},
}

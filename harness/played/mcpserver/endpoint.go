package mcpserver

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/authconform/authconform/harness/played/thirdparty"
)

// answer answers as the endpoint does: 401 without one of the server's tokens, and with one as the MCP server behind it.
func (s *Server) answer(r thirdparty.Request) thirdparty.Reply {
	if !s.Issued(r.Bearer()) {
		reply := thirdparty.Refuse(http.StatusUnauthorized, "invalid_token")
		if s.Challenge != "" {
			reply.Header = map[string]string{"WWW-Authenticate": s.Challenge}
		}
		return reply
	}
	if s.Endpoint != nil {
		return s.Endpoint(r)
	}
	return spoken(r)
}

// Name is what the server calls itself.
const Name = "authconform played server"

// agent is the MCP server behind all endpoints: it has one tool and no state.
var agent = sync.OnceValue(func() http.Handler {
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
	s := mcp.NewServer(&mcp.Implementation{Name: Name, Version: "1"}, &mcp.ServerOptions{Logger: quiet})
	type nothing struct{}
	mcp.AddTool(s, &mcp.Tool{Name: "ping", Description: "Says pong."},
		func(context.Context, *mcp.CallToolRequest, nothing) (*mcp.CallToolResult, nothing, error) {
			return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: "pong"}}}, nothing{}, nil
		})
	return mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return s }, &mcp.StreamableHTTPOptions{
		Stateless: true, JSONResponse: true, Logger: quiet,
		DisableLocalhostProtection: true, // the home may use another name for this machine
	})
})

// spoken returns the answer of the SDK's server.
func spoken(r thirdparty.Request) thirdparty.Reply {
	req, err := http.NewRequestWithContext(context.Background(), r.Method, r.URL, strings.NewReader(r.Body))
	if err != nil {
		return thirdparty.Reply{Status: http.StatusBadRequest}
	}
	req.Header = r.Header
	w := &recorder{header: http.Header{}}
	agent().ServeHTTP(w, req)
	w.WriteHeader(http.StatusOK)
	reply := thirdparty.Reply{Status: w.status, Header: map[string]string{"Content-Type": w.header.Get("Content-Type")}, Body: w.body.String()}
	for _, name := range []string{"Allow", "Mcp-Session-Id"} {
		if value := w.header.Get(name); value != "" {
			reply.Header[name] = value
		}
	}
	return reply
}

// recorder records a handler's answer.
type recorder struct {
	header http.Header
	status int
	body   strings.Builder
}

func (r *recorder) Header() http.Header { return r.header }

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
}

func (r *recorder) Write(p []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	return r.body.Write(p)
}

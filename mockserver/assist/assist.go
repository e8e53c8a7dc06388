// Package assist is what AI agents get from the mock home after login: the tools of the real home's LLM API
// "assist" for the demo entities, as an MCP server. The official SDK speaks the protocol; the home checks who may call.
package assist

import (
	"context"
	"io"
	"log/slog"
	"net/http"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/authconform/authconform/mockserver/core"
)

// ID is the LLM API's id: the last part of /api/mcp/assist.
const ID = "assist"

// Server answers the MCP requests of logged-in users. Like the real home, it keeps no sessions.
type Server struct {
	http http.Handler
}

// Home is the part of the home that the tools can use.
type Home struct {
	Version string
	States  func() []core.Entity
	Act     func(context.Context, core.Call) ([]core.Entity, error) // calls a service
}

// New returns the MCP server of a home.
func New(h Home) *Server {
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
	s := mcp.NewServer(&mcp.Implementation{Name: "home-assistant", Version: h.Version}, &mcp.ServerOptions{
		Logger: quiet,
		Capabilities: &mcp.ServerCapabilities{
			Prompts: &mcp.PromptCapabilities{}, Resources: &mcp.ResourceCapabilities{}, Tools: &mcp.ToolCapabilities{},
		},
	})
	tools{h}.add(s)
	return &Server{mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return s }, &mcp.StreamableHTTPOptions{
		Stateless: true, JSONResponse: true, Logger: quiet,
		DisableLocalhostProtection: true, // the real home answers under every name
	})}
}

type callerKey struct{}

// Serve answers a user's request.
func (s *Server) Serve(w http.ResponseWriter, r *http.Request, userID string) {
	r = r.Clone(context.WithValue(r.Context(), callerKey{}, userID))
	r.Header.Set("Accept", "application/json, text/event-stream") // the real home asks for the first alone, the SDK for both
	s.http.ServeHTTP(w, r)
}

func caller(ctx context.Context) core.Context {
	id, _ := ctx.Value(callerKey{}).(string)
	return core.By(id)
}

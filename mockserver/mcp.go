package mockserver

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"mime"
	"net/http"
	"strings"
	"sync"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver/assist"
)

// mcpPath is the MCP endpoint of the integration mcp_server, which this home has set up for every user.
const mcpPath = "/api/mcp"

// routeMCP mounts the MCP endpoints. Only POST is there: the real home holds no stream open.
func (h *Home) routeMCP() {
	h.handle(mcpPath, methods{post: h.mcpGuarded(h.mcp)})
	h.handle(mcpPath+"/{api}", methods{post: h.mcpGuarded(h.mcpOfAPI)})
}

// mcpGuarded is bearer, but for requests that the policy leaves open.
func (h *Home) mcpGuarded(next handler) handler {
	guarded := h.bearer(next)
	return func(c *call) *mock.Answer {
		switch {
		case !h.Policy().MCPOrigin(c.Header.Get("Origin"), c.Host):
			return mock.Plain(http.StatusForbidden)
		case h.Policy().MCPGuarded(rpcMethod(c.Bytes)):
			return guarded(c)
		}
		return next(c)
	}
}

// newAgents creates the MCP server for the first request that needs it: creating it is the slowest part of a start.
func (h *Home) newAgents() func() *assist.Server {
	return sync.OnceValue(func() *assist.Server {
		return assist.New(assist.Home{Version: h.Version, States: h.states, Act: h.act})
	})
}

// mcpOfAPI serves one LLM API. APIs other than assist are for administrators, and this home has none.
func (h *Home) mcpOfAPI(c *call) *mock.Answer {
	api := c.PathValue("api")
	switch {
	case api == assist.ID:
		return h.mcp(c)
	case c.user != nil && h.Policy().AdminOnly(mcpPath+"/{api}", c.user.User.Admin):
		return mock.Plain(http.StatusForbidden)
	}
	return mock.Text(http.StatusNotFound, "Unknown LLM API '"+api+"'")
}

// mcp hands a request to the MCP server. What the real home refuses before its SDK sees it is refused here.
func (h *Home) mcp(c *call) *mock.Answer {
	const kind = "application/json"
	if !strings.Contains(c.Header.Get("Accept"), kind) {
		return mock.Text(http.StatusBadRequest, "Client must accept "+kind)
	}
	if got, _, _ := mime.ParseMediaType(c.Header.Get("Content-Type")); got != kind {
		return mock.Text(http.StatusBadRequest, "Content-Type must be "+kind)
	}
	message, err := jsonrpc.DecodeMessage(c.Bytes)
	if err != nil {
		return mock.Text(http.StatusBadRequest, "Request must be a JSON-RPC message")
	}
	request, _ := message.(*jsonrpc.Request)
	if request == nil || !request.IsCall() {
		return mock.Empty(http.StatusAccepted) // notifications and responses go no further
	}
	r := c.Clone(c.Context())
	r.Body = io.NopCloser(bytes.NewReader(c.Bytes))
	user := ""
	if c.user != nil {
		user = c.user.User.ID
	}
	w := &recorder{header: http.Header{}}
	h.agents().Serve(w, r, user)
	if w.status == http.StatusBadRequest && strings.HasPrefix(string(w.body), unhandled) {
		return unknownMethod(request)
	}
	return w.answer()
}

// unhandled starts the SDK's answer to a method that it does not know, a 400. The real home answers with a JSON-RPC error.
const unhandled = "JSON RPC not handled"

func unknownMethod(r *jsonrpc.Request) *mock.Answer {
	data, _ := json.Marshal(r.Method)
	raw, err := jsonrpc.EncodeMessage(&jsonrpc.Response{
		ID: r.ID, Error: &jsonrpc.Error{Code: jsonrpc.CodeMethodNotFound, Message: "Method not found", Data: data},
	})
	if err != nil {
		return mock.Plain(http.StatusInternalServerError)
	}
	a := mock.JSON(http.StatusOK, json.RawMessage(raw))
	a.Header.Set("Content-Type", rpcType)
	return a
}

// rpcType is the media type of an answer, as the real home writes it.
const rpcType = "application/json; charset=utf-8"

// rpcMethod is the method of a JSON-RPC request, "" for anything else.
func rpcMethod(body []byte) string {
	message, err := jsonrpc.DecodeMessage(body)
	if request, ok := message.(*jsonrpc.Request); err == nil && ok {
		return request.Method
	}
	return ""
}

// recorder keeps what a handler of net/http answers.
type recorder struct {
	header http.Header
	status int
	body   []byte
}

func (r *recorder) Header() http.Header { return r.header }

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
}

func (r *recorder) Write(p []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	r.body = append(r.body, p...)
	return len(p), nil
}

// answer is what was recorded, without the headers that mean a connection.
func (r *recorder) answer() *mock.Answer {
	r.WriteHeader(http.StatusOK)
	a := &mock.Answer{Status: r.status, Header: maps.Clone(r.header), Body: r.body}
	if a.Header.Get("Content-Type") == "application/json" {
		a.Header.Set("Content-Type", rpcType)
	}
	if a.Status >= http.StatusBadRequest {
		a.Why = strings.TrimSpace(string(r.body))
	}
	return a
}

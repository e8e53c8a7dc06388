package mcpserver

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/authconform/authconform/harness/played/clientsite"
	"github.com/authconform/authconform/harness/played/thirdparty"
)

// Server is an MCP server with its own authorization server. Set the fields before a home connects.
type Server struct {
	*thirdparty.App
	// Challenge is the WWW-Authenticate of a 401; "" means none. By default it names the resource metadata.
	Challenge string
	// Endpoint answers requests with an issued token; nil means the MCP server.
	Endpoint func(thirdparty.Request) thirdparty.Reply
	// Register answers registrations (RFC 7591); by default every client gets the app's id and secret.
	Register func(thirdparty.Request) thirdparty.Reply

	origin string
	issuer string // its path
	ctx    context.Context

	mu        sync.Mutex
	documents map[string]document // by path
}

type document struct {
	members map[string]any
	late    time.Duration // the answer comes after it
}

// New returns a server with unique names, whose documents are at their well-known URLs.
func New(ctx context.Context, site *clientsite.Site) *Server {
	s := &Server{App: thirdparty.New(ctx, site), origin: site.Origin(), ctx: ctx, documents: map[string]document{}}
	s.issuer = s.Path() + "/as"
	s.Challenge = `Bearer resource_metadata="` + s.origin + s.ResourceByPath() + `"`
	s.Place(ctx, "endpoint", s.Path()+"/mcp", s.answer)
	s.Place(ctx, "register", s.Path()+"/register", s.register)
	for _, path := range []string{s.ResourceNamed(), s.ResourceByPath(), s.ResourceAtRoot()} {
		s.open(path)
	}
	s.openServer()
	s.Publish(s.ResourceByPath(), s.Resource(), 0)
	s.Publish(s.OAuth(), s.Metadata(), 0)
	return s
}

// openServer serves the authorization server's metadata, and the paths where a client may look for them.
func (s *Server) openServer() {
	for _, issuer := range []string{s.issuer, s.Path() + "/mcp", ""} {
		s.open(wellKnown + "oauth-authorization-server" + issuer)
		s.open(wellKnown + "openid-configuration" + issuer)
		s.open(issuer + wellKnown + "openid-configuration")
	}
}

// AtRoot makes the origin itself the issuer. It publishes nothing there yet.
func (s *Server) AtRoot() {
	s.Withdraw(s.OAuth())
	s.issuer = ""
	s.openServer()
	s.Publish(s.ResourceByPath(), s.Resource(), 0)
}

func (s *Server) open(path string) {
	s.Place(s.ctx, "document", path, func(r thirdparty.Request) thirdparty.Reply { return s.document(path) })
}

func (s *Server) document(path string) thirdparty.Reply {
	s.mu.Lock()
	d, there := s.documents[path]
	s.mu.Unlock()
	if !there {
		return thirdparty.Reply{Status: http.StatusNotFound, Body: `{}`}
	}
	raw, _ := json.Marshal(d.members)
	reply := thirdparty.Reply{Status: http.StatusOK, Body: string(raw)}
	if d.late > 0 {
		hold := make(chan struct{})
		time.AfterFunc(d.late, func() { close(hold) })
		reply.Hold = hold
	}
	return reply
}

// Publish serves a document at a path of the origin, after a delay.
func (s *Server) Publish(path string, members map[string]any, late time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.documents[path] = document{members, late}
}

// Withdraw makes paths answer 404.
func (s *Server) Withdraw(paths ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, path := range paths {
		delete(s.documents, path)
	}
}

const wellKnown = "/.well-known/"

// ResourceNamed is a path for resource metadata that only a challenge reveals.
func (s *Server) ResourceNamed() string { return s.Path() + "/resource" }

// ResourceByPath is the well-known path for the endpoint's resource metadata (RFC 9728 §3.1).
func (s *Server) ResourceByPath() string {
	return wellKnown + "oauth-protected-resource" + s.Path() + "/mcp"
}

// ResourceAtRoot is the well-known path of the whole origin.
func (s *Server) ResourceAtRoot() string { return wellKnown + "oauth-protected-resource" }

// OAuth is the well-known path of the server's metadata (RFC 8414 §3.1).
func (s *Server) OAuth() string { return wellKnown + "oauth-authorization-server" + s.issuer }

// OpenID is the same for OpenID discovery, with the path inserted.
func (s *Server) OpenID() string { return wellKnown + "openid-configuration" + s.issuer }

// OpenIDAppended is the path of OpenID Connect Discovery 1.0 §4.
func (s *Server) OpenIDAppended() string { return s.issuer + wellKnown + "openid-configuration" }

// URL is the endpoint's URL, as a user enters it.
func (s *Server) URL() string { return s.origin + s.Path() + "/mcp" }

// Origin is the origin of all its URLs.
func (s *Server) Origin() string { return s.origin }

// Issuer is the authorization server's issuer identifier.
func (s *Server) Issuer() string { return s.origin + s.issuer }

// Resource is the resource metadata (RFC 9728 §2).
func (s *Server) Resource() map[string]any {
	return map[string]any{"resource": s.URL(), "authorization_servers": []string{s.Issuer()}, "bearer_methods_supported": []string{"header"}}
}

// Metadata is the metadata of the authorization server (RFC 8414 §2). It has no registration endpoint.
func (s *Server) Metadata() map[string]any {
	return map[string]any{
		"issuer": s.Issuer(), "authorization_endpoint": s.AuthorizeURL(), "token_endpoint": s.TokenURL(),
		"response_types_supported": []string{"code"}, "grant_types_supported": []string{"authorization_code", "refresh_token"},
		"code_challenge_methods_supported":      []string{"S256"},
		"token_endpoint_auth_methods_supported": []string{"client_secret_post", "client_secret_basic", "none"},
	}
}

// RegistrationURL is the registration endpoint, for the metadata.
func (s *Server) RegistrationURL() string { return s.origin + s.Path() + "/register" }

// Asked lists the paths of the documents that the home requested, in order.
func (s *Server) Asked() []string {
	var paths []string
	for _, r := range s.Requests("document") {
		if u, err := url.Parse(r.URL); err == nil {
			paths = append(paths, u.Path)
		}
	}
	return paths
}

// register gives a client the app's id and, unless the client says that it has no secret, the app's secret.
func (s *Server) register(r thirdparty.Request) thirdparty.Reply {
	if s.Register != nil {
		return s.Register(r)
	}
	asked := map[string]any{}
	if json.Unmarshal([]byte(r.Body), &asked) != nil {
		return thirdparty.Refuse(http.StatusBadRequest, "invalid_client_metadata")
	}
	asked["client_id"] = s.ClientID
	if asked["token_endpoint_auth_method"] == "none" {
		s.Secret = ""
	} else {
		asked["client_secret"], asked["client_secret_expires_at"] = s.Secret, 0
	}
	raw, _ := json.Marshal(asked)
	return thirdparty.Reply{Status: http.StatusCreated, Body: string(raw)}
}

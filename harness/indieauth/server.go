package indieauth

import (
	"context"
	"net/http"

	"github.com/authconform/authconform/harness/clock"
	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/played/clientsite"
	"github.com/authconform/authconform/harness/played/person"
	"github.com/authconform/authconform/harness/provider"
	"github.com/authconform/authconform/harness/wire"
)

// Config says who logs in, and what the first look found.
type Config struct {
	Provider provider.Config `json:"provider"`
	Me       string          `json:"me"` // the profile URL
	Links    Links           `json:"links"`
}

// Server is an IndieAuth server under test. It is safe for concurrent use.
type Server struct {
	*provider.Provider
	Site  *clientsite.Site
	Me    string
	Links Links // of the profile page
}

// New returns a Server. It sends nothing yet. Our clients are URLs of the process's own client site.
func New(o wire.Options, c Config, site *clientsite.Site, who *person.Person, clk clock.Clock) *Server {
	p := c.Provider
	p.Client = oauth.Client{ID: site.Origin() + "/"}
	p.Redirect = site.Origin() + "/callback"
	p.PublicClient = p.Client
	p.OtherClient = oauth.Client{ID: site.Origin() + "/other"}
	p.Accept = "application/json" // servers of before 2018 answered forms to who did not say so
	return &Server{provider.New(o, p, who, clk), site, c.Me, c.Links}
}

type serverKey struct{}

// From is the server under test.
func From(ctx context.Context) *Server {
	s, ok := ctx.Value(serverKey{}).(*Server)
	if !ok {
		panic("indieauth: no server in this context; is the row of this profile?")
	}
	return s
}

// Verify redeems a code at the authorization endpoint, for the profile only (IndieAuth §5.3.2).
func (s *Server) Verify(ctx context.Context, code string, changes ...oauth.Change) *wire.Exchange {
	judge.Secret(ctx, "code", code)
	return s.form(ctx, s.AuthorizeURL, s.CodeGrant(code).Apply(changes...), "")
}

// UserInfo requests the profile (IndieAuth §9); "" sends no token.
func (s *Server) UserInfo(ctx context.Context, token string) *wire.Exchange {
	if token == "" {
		return s.Fetch(ctx, "")
	}
	return s.Fetch(ctx, "Bearer "+token)
}

// Introspect introspects a token (IndieAuth §6.1), authorized by a bearer token; "" sends none.
func (s *Server) Introspect(ctx context.Context, token, by string) *wire.Exchange {
	return s.form(ctx, s.Introspection(), oauth.Form{{Name: "token", Value: token}}, by)
}

// Introspection is the URL of the introspection endpoint; "" if there is none.
func (s *Server) Introspection() string { return text(s.Metadata, "introspection_endpoint") }

func (s *Server) form(ctx context.Context, to string, f oauth.Form, bearer string) *wire.Exchange {
	r := wire.Request{
		Method: http.MethodPost, URL: to, Body: f.Encode(),
		Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Accept": {"application/json"}},
	}
	if bearer != "" {
		r.Header.Set("Authorization", "Bearer "+bearer)
	}
	return s.Wire.Do(ctx, r)
}

func text(v map[string]any, member string) string {
	s, _ := v[member].(string)
	return s
}

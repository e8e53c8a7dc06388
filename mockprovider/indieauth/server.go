package indieauth

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockprovider"
)

// Options configure a server. The zero value has the users of a mock provider.
type Options struct {
	Policy       *Policy // nil: Strict
	Users        []mockprovider.User
	Clock        *mock.Clock
	ControlToken string
	TLS          *mock.Authority
	Log          func(mock.Entry)
	Fetch        *http.Client // fetches pages of clients; nil: mock.Outward
}

// Server is a listening server.
type Server struct {
	*mockprovider.Server
	policy atomic.Pointer[Policy]
	fetch  *http.Client
}

// Policy returns the current policy.
func (s *Server) Policy() *Policy { return s.policy.Load() }

// SetPolicy replaces the policy, starting with the next decision.
func (s *Server) SetPolicy(to *Policy) {
	s.policy.Store(to)
	s.Server.SetPolicy(&to.Policy)
}

// Listen starts a server on an address ("127.0.0.1:8125"; port 0 picks a free port).
func Listen(address string, o Options) (*Server, error) {
	if o.Policy == nil {
		o.Policy = Strict()
	}
	if o.Fetch == nil {
		o.Fetch = mock.Outward(nil)
	}
	s := &Server{fetch: o.Fetch}
	s.policy.Store(o.Policy)
	provider, err := mockprovider.Listen(address, mockprovider.Options{
		Policy: &o.Policy.Policy, Name: "My own domain", Users: o.Users, Clock: o.Clock, ControlToken: o.ControlToken,
		TLS: o.TLS, Log: o.Log,
		Extension: mockprovider.Extension{Client: s.client, Answered: s.answered, Grants: s.grants, Routes: s.routes},
	})
	if err != nil {
		return nil, err
	}
	s.Server = provider
	return s, nil
}

// Me is the profile URL of a user.
func (s *Server) Me(username string) string { return s.URL + "/people/" + username }

// client is the client of a URL: each is its own, and its codes may go to its origin. A page that may be fetched is.
func (s *Server) client(id string) (mockprovider.App, bool) {
	if !s.Policy().ClientID(id) {
		return mockprovider.App{}, false
	}
	id = s.Policy().Canonical(id)
	if u, err := url.Parse(id); err == nil && s.Policy().Fetches(u) {
		s.look(id)
	}
	return mockprovider.App{ID: id, Name: id, Redirects: []string{id}, Public: true}, true
}

const fetchTime = 5 * time.Second

// look fetches the page of a client, of which nothing is needed: it has no list of redirect URLs to add.
func (s *Server) look(id string) {
	ctx, cancel := context.WithTimeout(context.Background(), fetchTime)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, id, nil)
	if err != nil {
		return
	}
	if resp, err := s.fetch.Do(r); err == nil {
		_ = resp.Body.Close()
	}
}

func (s *Server) routes(p *mockprovider.Provider) map[string]mock.Methods {
	return map[string]mock.Methods{
		"/oauth/authorize": {http.MethodPost: func(c *mock.Call) *mock.Answer { return s.redeem(p, c) }},
		"/people/{name}":   {http.MethodGet: s.page, http.MethodHead: s.page},
		"/introspect":      {http.MethodPost: func(c *mock.Call) *mock.Answer { return s.introspect(p, c) }},
		"/userinfo":        {http.MethodGet: s.userinfo(p)},
	}
}

// person is whom an account is of.
func (s *Server) person(username string) Person {
	for _, u := range s.Users {
		if u.Username == username {
			return Person{u.Name, s.Me(username), username + "@people.example"}
		}
	}
	return Person{}
}

func (s *Server) told(username, hint string) string { return s.Policy().Me(s.Me(username), hint) }

func (s *Server) answered(g mockprovider.Grant, scope string, answer map[string]any) map[string]any {
	return s.Policy().WithMe(answer, s.told(g.Username, g.Me), s.Policy().Profile(s.person(g.Username), scope))
}

func (s *Server) grants(c mockprovider.Code) *mock.Refusal { return s.Policy().Grants(c.Scope) }

// redeem answers POST to the authorization endpoint: who has logged in, and no token (§5.3.2).
func (s *Server) redeem(p *mockprovider.Provider, c *mock.Call) *mock.Answer {
	if c.Form == nil || c.Bad || c.Form.Get("grant_type") != "authorization_code" && c.Form.Has("grant_type") {
		return p.Dressed(badRequest.Answer())
	}
	code, refused := p.Redeem(c, s.Policy().Forgets(), s.Policy().Names)
	if refused != nil {
		return p.Dressed(refused)
	}
	profile := s.Policy().Profile(s.person(code.Username), code.Scope)
	return p.Dressed(mock.JSON(http.StatusOK, s.Policy().ProfileAnswer(s.told(code.Username, code.Me), profile)))
}

var badRequest = mock.Refuse(http.StatusBadRequest, "invalid_request", "the body must be a form with a code", "IndieAuth §5.3.1")

// page is a person's page, which leads to this server (§4.1).
func (s *Server) page(c *mock.Call) *mock.Answer {
	who := s.person(c.PathValue("name"))
	if who.URL == "" {
		return mock.Plain(http.StatusNotFound)
	}
	var b bytes.Buffer
	err := h.Doctype(h.HTML(h.Lang("en"),
		h.Head(h.Meta(h.Charset("utf-8")), h.TitleEl(g.Text(who.Name)), g.Map(s.Policy().PageLinks(s.URL), func(l [2]string) g.Node {
			return h.Link(h.Rel(l[0]), h.Href(l[1]))
		})),
		h.Body(h.H1(g.Text(who.Name))),
	)).Render(&b)
	if err != nil {
		return mock.Plain(http.StatusInternalServerError)
	}
	a := &mock.Answer{Status: http.StatusOK, Body: b.Bytes(), Header: http.Header{"Content-Type": {"text/html; charset=utf-8"}}}
	for _, l := range s.Policy().HeaderLinks(s.URL) {
		a.Header.Add("Link", "<"+l[1]+`>; rel="`+l[0]+`"`)
	}
	return a
}

func (s *Server) userinfo(p *mockprovider.Provider) mock.Handler {
	return func(c *mock.Call) *mock.Answer {
		return p.Guarded(s.Policy().UserInfoScope(), func(_ *mock.Call, t mockprovider.Access) *mock.Answer {
			return p.Dressed(mock.JSON(http.StatusOK, s.Policy().UserInfo(s.Policy().Profile(s.person(t.Username), t.Scope))))
		})(c)
	}
}

func (s *Server) introspect(p *mockprovider.Provider, c *mock.Call) *mock.Answer {
	live := func(token string) bool { _, ok := p.Live(token); return ok }
	if !s.Policy().MayIntrospect(c.Heard, live) {
		a := mock.JSON(http.StatusUnauthorized, map[string]string{"error": "invalid_token"})
		a.Header.Set("WWW-Authenticate", `Bearer realm="introspection"`)
		return a
	}
	t, ok := p.Live(c.Form.Get("token"))
	if !ok {
		return p.Dressed(mock.JSON(http.StatusOK, map[string]any{"active": false}))
	}
	return p.Dressed(mock.JSON(http.StatusOK, s.Policy().Active(t, s.Me(t.Username))))
}

// Flavour makes a policy use the freedom that the specifications leave. The same seed gives the same flavour.
func Flavour(p *Policy, seed uint64) {
	mockprovider.Flavour(&p.Policy, seed)
	if seed%2 == 0 {
		p.HeaderLinks = func(string) [][2]string { return nil }
	}
}

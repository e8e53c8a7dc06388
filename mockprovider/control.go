package mockprovider

import (
	"cmp"
	_ "embed" // the description of the control plane
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/authconform/authconform/mock"
)

// grantTypes are those that the token endpoint knows.
var grantTypes = []string{"authorization_code", "refresh_token"}

//go:embed openapi.json
var description []byte

// controls adds what a provider has beside its clock, history and faults.
func (p *Provider) controls() {
	k := p.plane.Control
	k.Describe(description)
	k.Add("GET users", p.peopleList)
	k.Add("GET apps", func(*http.Request, []byte) (any, error) { return p.store.appsOf(""), nil })
	k.Add("POST apps", func(_ *http.Request, body []byte) (any, error) {
		var a App
		if err := mock.Strict(body, &a); err != nil {
			return nil, err
		}
		return p.store.putApp(a)
	})
	k.Add("GET sessions", p.sessionList)
	k.Add("DELETE sessions", p.endOne, "id")
	k.Add("POST revoke", func(_ *http.Request, body []byte) (any, error) {
		var b struct {
			ClientID string `json:"client_id"`
			Username string `json:"username"`
			All      bool   `json:"all"`
		}
		if err := mock.Strict(body, &b); err != nil {
			return nil, err
		}
		if b.All == (b.ClientID+b.Username != "") {
			return nil, errors.New(`give either client_id and username, one of them, or "all": true`)
		}
		list := p.store.grantsOf(b.ClientID, b.Username)
		for _, g := range list {
			p.store.endGrant(g.ID)
		}
		return map[string]int{"revoked": len(list)}, nil
	})
	k.Add("POST expire", func(*http.Request, []byte) (any, error) {
		return map[string]int{"expired": p.store.expire(p.now())}, nil
	})
	k.Add("POST reset", func(*http.Request, []byte) (any, error) {
		p.plane.Reset()
		return mock.Done{}, p.reset()
	})
	k.Add("GET snapshot", func(*http.Request, []byte) (any, error) {
		apps, grants := p.store.appsOf(""), p.store.grantsOf("", "")
		return map[string]any{
			"apps": len(apps), "grants": len(grants), "time": p.plane.Time(), "evicted": p.store.lost(),
			"bounds": map[string]int{
				"apps": maxApps, "codes": maxCodes, "grants": maxGrants, "sessions": maxSessions, "history": mock.MaxHistory,
			},
		}, nil
	})
}

// person is a user on the control plane.
type person struct {
	Username string `json:"username"`
	Name     string `json:"name"`
}

func (p *Provider) peopleList(*http.Request, []byte) (any, error) {
	out := []person{}
	for _, u := range p.Users {
		out = append(out, person{u.Username, u.Name})
	}
	return out, nil
}

// sessionView is a grant on the control plane: names and times, no secret.
type sessionView struct {
	ID        string    `json:"id"`
	User      string    `json:"user"`
	ClientID  string    `json:"client_id"`
	Scope     string    `json:"scope"`
	Used      time.Time `json:"used"`
	AccessEnd time.Time `json:"access_expires"` // of the access token that ends last; the last use if there is none
	Expires   time.Time `json:"expires"`        // if nobody uses it until then
	Alive     bool      `json:"alive"`
}

// sessionList lists what people have allowed apps, the one that was used last first.
func (p *Provider) sessionList(*http.Request, []byte) (any, error) {
	out := []sessionView{}
	for _, g := range p.store.grantsOf("", "") {
		ends := g.Used.Add(p.Policy().RefreshIdleTTL())
		out = append(out, sessionView{
			ID: g.ID, User: g.Username, ClientID: g.AppID, Scope: g.Scope, Used: g.Used,
			AccessEnd: p.store.accessEnd(g.ID, g.Used), Expires: ends, Alive: p.now().Before(ends),
		})
	}
	slices.SortFunc(out, func(a, b sessionView) int { return cmp.Or(b.Used.Compare(a.Used), cmp.Compare(a.ID, b.ID)) })
	return out, nil
}

// accessEnd is when the last access token of a grant ends; used if it has none.
func (s *store) accessEnd(grant string, used time.Time) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	end := used
	if kept, ok := s.grants[grant]; ok {
		for _, k := range kept.access {
			if t, there := s.access[k]; there && t.Expires.After(end) {
				end = t.Expires
			}
		}
	}
	return end
}

// endOne ends one grant, as DELETE sessions?id= names it.
func (p *Provider) endOne(r *http.Request, _ []byte) (any, error) {
	id := r.URL.Query().Get("id")
	if !slices.ContainsFunc(p.store.grantsOf("", ""), func(g Grant) bool { return g.ID == id }) {
		return nil, errors.New("there is no such session; GET sessions lists them")
	}
	p.store.endGrant(id)
	return mock.Done{}, nil
}

// whose returns the client and user name of a request before it is processed; "" if unknown.
func (p *Provider) whose(c *mock.Call) (client, user string) {
	if t, ok := p.store.accessToken(p.Policy().Bearer(c.Heard)); ok {
		return t.AppID, t.Username
	}
	for _, name := range []string{"refresh_token", "token"} {
		if g, ok := p.store.peekRefresh(c.Form.Get(name)); ok {
			return g.AppID, g.Username
		}
	}
	if t, ok := p.store.accessToken(c.Form.Get("token")); ok {
		return t.AppID, t.Username
	}
	if code, ok := p.store.code(c.Form.Get("code")); ok {
		return code.AppID, code.Username
	}
	return p.whoseBrowser(c)
}

// whoseBrowser is who sits at a browser, and the app that sent them.
func (p *Provider) whoseBrowser(c *mock.Call) (client, user string) {
	client, _, _ = c.BasicAuth()
	if id := c.URL.Query().Get("client_id"); id != "" {
		client = id
	}
	if cookie, err := c.Cookie(cookieName); err == nil {
		s, _ := p.sessions.get(cookie.Value)
		user = s.user.Username
	}
	return client, user
}

// Control returns the control plane.
func (p *Provider) Control() *mock.Control { return p.plane.Control }

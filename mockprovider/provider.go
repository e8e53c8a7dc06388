package mockprovider

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/authconform/authconform/mock"
)

// Options configure a Provider. The zero value has DefaultUsers and no apps.
type Options struct {
	Users        []User           // nil: DefaultUsers
	Apps         []App            // what developers have made already
	Policy       *Policy          // nil: Strict
	Clock        *mock.Clock      // nil: real time
	URL          string           // its own, the issuer; it may have a path
	Path         string           // of the issuer where URL is "" and the provider listens
	Name         string           // "": Demo devices
	Resources    []string         // that tokens may be asked for (RFC 8707); nil: its API
	ControlToken string           // "": a random one
	TLS          *mock.Authority  // serves https; nil: http
	Log          func(mock.Entry) // is told every request; nil: nobody is
	Extension
}

// Provider is a mock provider, as an http.Handler.
type Provider struct {
	Options
	policy   atomic.Pointer[Policy]
	plane    *mock.Plane
	store    *store
	sessions *sessions
	devices  *devices
	base     string // path of the issuer
}

// New returns a provider that does not listen yet.
func New(o Options) (*Provider, error) {
	if o.Policy == nil {
		o.Policy = Strict()
	}
	if o.Clock == nil {
		o.Clock = &mock.Clock{}
	}
	if o.Users == nil {
		o.Users = DefaultUsers()
	}
	if o.Name == "" {
		o.Name = "Demo devices"
	}
	if o.URL = strings.TrimRight(o.URL, "/"); o.URL == "" {
		return nil, errors.New("mock provider: its own URL is required, for the issuer")
	}
	if o.Resources == nil {
		o.Resources = []string{o.URL + "/api"}
	}
	p := &Provider{Options: o, plane: mock.NewPlane(o.Clock, &o.Policy.Rules), store: &store{}, sessions: &sessions{}, devices: &devices{}}
	var err error
	if p.base, err = basePath(o.URL); err != nil {
		return nil, fmt.Errorf("mock provider: %w", err)
	}
	p.policy.Store(o.Policy)
	if o.ControlToken == "" {
		p.ControlToken = p.plane.Control.Token
	}
	p.plane.Control.Token = p.ControlToken
	if err := mock.CheckControlToken(p.ControlToken); err != nil {
		return nil, fmt.Errorf("mock provider: %w", err)
	}
	if err := p.reset(); err != nil {
		return nil, err
	}
	p.plane.Who, p.plane.Log = p.whose, o.Log
	p.plane.Control.OfferCA(o.TLS)
	p.plane.SetGrants(grantTypes...)
	p.route()
	p.controls()
	return p, nil
}

func (p *Provider) reset() error {
	p.sessions.clear()
	p.devices.clear()
	return p.store.load(p.Users, p.Apps)
}

// Policy returns the current policy.
func (p *Provider) Policy() *Policy { return p.policy.Load() }

// SetPolicy replaces the policy, starting with the next decision.
func (p *Provider) SetPolicy(to *Policy) {
	p.policy.Store(to)
	p.plane.SetRules(&to.Rules)
}

// Register adds an app, as a developer would do at the console.
func (p *Provider) Register(a App) (App, error) { return p.store.putApp(a) }

func (p *Provider) now() time.Time { return p.plane.Clock.Now() }

// Clock is the provider's clock.
func (p *Provider) Clock() *mock.Clock { return p.plane.Clock }

// ServeHTTP implements http.Handler.
func (p *Provider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.plane.ServeHTTP(w, p.inside(r))
}

const (
	get  = http.MethodGet
	post = http.MethodPost
	put  = http.MethodPut
	del  = http.MethodDelete
)

type methods = mock.Methods

// route mounts every endpoint.
func (p *Provider) route() {
	for _, path := range metadataPaths(p.base) {
		p.plane.Handle(path, methods{get: p.metadata})
	}
	p.plane.Handle("/oauth/authorize", p.extended("/oauth/authorize", methods{get: p.authorize}))
	p.plane.Handle("/oauth/login", methods{post: p.login})
	p.plane.Handle("/oauth/consent", methods{post: p.consent})
	p.plane.Handle("/oauth/token", methods{post: p.token})
	p.plane.Handle("/oauth/revoke", methods{post: p.revoke})
	p.plane.Handle("/oauth/introspect", methods{post: p.introspect})
	p.plane.Handle(registerPath, methods{post: p.register})
	p.plane.Handle(registerPath+"/{id}", methods{del: p.unregister})
	p.plane.Handle("/api/me", methods{get: p.guarded("profile", p.me)})
	p.plane.Handle("/api/thermostat", methods{get: p.guarded("devices:read", p.readDevice), put: p.guarded("devices:write", p.setDevice)})
	p.plane.Handle("/style.css", methods{get: func(*mock.Call) *mock.Answer { return style() }})
	p.console()
	p.extend()
}

// sessions are the browsers that are known, by their cookie. It is safe for concurrent use.
type sessions struct {
	mu   sync.Mutex
	byID map[string]*session
	ids  []string
}

// session is one browser.
type session struct {
	id, csrf string
	user     User // zero: nobody has logged in
}

const maxSessions = 10_000

func (s *sessions) clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.byID, s.ids = map[string]*session{}, nil
}

func (s *sessions) get(id string) (session, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if found := s.byID[id]; found != nil {
		return *found, true
	}
	return session{}, false
}

// open makes a fresh session, of a user or of nobody: a login changes the cookie.
func (s *sessions) open(u User) session {
	s.mu.Lock()
	defer s.mu.Unlock()
	fresh := &session{id: mock.Secret(24), csrf: mock.Secret(24), user: u}
	s.byID[fresh.id] = fresh
	s.ids = append(s.ids, fresh.id)
	for len(s.ids) > maxSessions {
		delete(s.byID, s.ids[0])
		s.ids = slices.Delete(s.ids, 0, 1)
	}
	return *fresh
}

func (s *sessions) drop(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.byID, id)
}

const cookieName = "demo_devices"

// browser is the session of a request, a fresh one where it has none.
func (p *Provider) browser(c *mock.Call) session {
	if cookie, err := c.Cookie(cookieName); err == nil {
		if s, ok := p.sessions.get(cookie.Value); ok {
			return s
		}
	}
	return p.sessions.open(User{})
}

// remember puts the session's cookie on an answer.
func (p *Provider) remember(a *mock.Answer, s session) *mock.Answer {
	cookie := http.Cookie{ //nolint:gosec // Secure where the provider is https
		Name: cookieName, Value: s.id, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode,
		Secure: strings.HasPrefix(p.URL, "https://"),
	}
	a.Header.Add("Set-Cookie", cookie.String())
	return a
}

package mockserver

import (
	"fmt"
	"io/fs"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver/assist"
	"github.com/authconform/authconform/mockserver/core"
	"github.com/authconform/authconform/mockserver/linking"
	"github.com/authconform/authconform/mockserver/store"
)

// Options configure a Home. The zero value is an onboarded home with DefaultUsers.
type Options struct {
	Users        []User           // nil: DefaultUsers
	Fresh        bool             // not onboarded: no users, the first request makes the owner
	Policy       *Policy          // nil: Strict
	Clock        *mock.Clock      // nil: real time
	Providers    []Provider       // ways to log in; nil: user name and password alone
	BanThreshold int              // refused logins of an address before it is banned; 0: never
	CORSOrigins  []string         // origins that may read the API; nil: the default of the real home
	Fetch        *http.Client     // fetches client pages, talks to third parties; nil: mock.Outward
	AccountLink  string           // URL of an account-link proxy; "": none
	My           string           // where third parties redirect to (mockprovider/my); "": to the home itself, without the my integration
	ThirdParty   *ThirdParty      // whom the demo thermostat is linked with; nil: nobody until POST /api/authconform_demo/providers
	Name         string           // location_name; "": Mock home
	Version      string           // "": 2026.11.0
	URL          string           // the home's own URL, for the issuer; "" knows loopback only
	InternalURL  string           // another one, by which the home is known on its own machine and network; "": none
	ControlToken string           // "": a random one
	TLS          *mock.Authority  // serves https; nil: http
	Log          func(mock.Entry) // is told every request; nil: nobody is
	State        *State           // what an earlier home kept; nil: a new one
	Frontend     fs.FS            // the real frontend's pages and files (CheckFrontend); nil: the mock's own
}

// Home is a running mock home: an http.Handler and what is behind it.
type Home struct {
	Options
	policy  atomic.Pointer[Policy]
	clock   *mock.Clock
	store   *store.Movable
	plane   *mock.Plane
	users   *users
	flows   *flows
	sockets *sockets
	streams *streams
	bans    *bans
	core    *core.Core

	frontData *frontData
	steps     *onboarding
	hooks     *webhooks
	commands  chan struct{} // command lines that run
	linker    *linking.Linker
	agents    func() *assist.Server // for MCP clients

	mu      sync.Mutex
	signKey []byte // signs paths; new with every start
}

// New makes a home. Nothing listens yet.
func New(o Options) (*Home, error) {
	if o.Policy == nil {
		o.Policy = Strict()
	}
	if o.Clock == nil {
		o.Clock = &mock.Clock{}
	}
	if o.Users == nil && !o.Fresh {
		o.Users = DefaultUsers()
	}
	if o.Version == "" {
		o.Version = "2026.11.0"
	}
	if o.Name == "" {
		o.Name = "Mock home"
	}
	if o.CORSOrigins == nil {
		o.CORSOrigins = []string{"https://cast.home-assistant.io"}
	}
	if o.Providers == nil {
		o.Providers = []Provider{{Type: LocalUsers}}
	}
	if err := checkProviders(o.Providers); err != nil {
		return nil, fmt.Errorf("mock home: %w", err)
	}
	if o.ControlToken == "" {
		o.ControlToken = mock.Secret(16)
	}
	if err := mock.CheckControlToken(o.ControlToken); err != nil {
		return nil, fmt.Errorf("mock home: %w", err)
	}
	if o.Fetch == nil {
		o.Fetch = mock.Outward(nil)
	}
	h := &Home{
		Options: o, clock: o.Clock, store: store.NewMovable(o.Policy.Store()), plane: mock.NewPlane(o.Clock, &o.Policy.Rules),
		users: newUsers(o.Policy.Password), bans: &bans{threshold: o.BanThreshold},
		flows: newFlows(), sockets: newSockets(), streams: &streams{}, core: core.New(o.Clock.Now), frontData: &frontData{},
		steps: &onboarding{}, hooks: &webhooks{}, commands: make(chan struct{}, maxCommands),
	}
	h.policy.Store(o.Policy)
	h.linker = linking.New(linking.Options{
		Policy: &o.Policy.Linking, Clock: o.Clock, HTTP: o.Fetch, Fire: h.fire, Version: o.Version,
		AccountLink: o.AccountLink, My: o.My, Default: o.ThirdParty.provider(),
	})
	if err := h.reset(); err != nil {
		return nil, err
	}
	if o.State != nil {
		h.restore(o.State)
	}
	h.agents = h.newAgents()
	h.plane.Guard, h.plane.MayRead, h.plane.Who = h.guard, h.mayRead, h.whose
	h.plane.SetGrants("authorization_code", "refresh_token")
	h.plane.Log = o.Log
	h.plane.Control.OfferCA(o.TLS)
	h.controls()
	h.route()
	return h, nil
}

// contentUser is the user that a home makes for itself, to sign paths to its own pictures.
var contentUser = User{Name: "Home Assistant Content", System: true, Groups: []string{readOnlyGroup}}

// reset puts the home back to its start.
func (h *Home) reset() error {
	if err := h.users.load(append(slices.Clone(h.Users), contentUser)); err != nil {
		return fmt.Errorf("mock home: %w", err)
	}
	h.store.Clear()
	h.bans.clear()
	h.core.Reset()
	h.frontData.clear()
	h.steps.start(h.Fresh)
	h.hooks.clear()
	h.linker.Clear()
	h.restart()
	return nil
}

// restart forgets what a process forgets when it starts anew: login flows, the key of signed paths, sockets; and drops
// refresh tokens that have died meanwhile.
func (h *Home) restart() {
	h.mu.Lock()
	h.signKey = []byte(mock.Secret(32))
	h.mu.Unlock()
	h.flows.clear()
	h.steps.restart()
	h.linker.Restart()
	h.sockets.closeAll()
	h.streams.closeAll()
	for _, u := range h.users.list() {
		for _, r := range h.store.OfUser(u.ID) {
			if !h.Policy().Alive(r, h.clock.Now()) {
				h.store.Delete(r.ID)
			}
		}
	}
}

// fire tells of an event of the home's own.
func (h *Home) fire(kind string, data map[string]any) { h.core.Fire(kind, data, core.By("")) }

// Close ends every open socket and stream.
func (h *Home) Close() {
	h.sockets.closeAll()
	h.streams.closeAll()
}

// Core is what lives behind the home's login.
func (h *Home) Core() *core.Core { return h.core }

// Clock is the home's clock.
func (h *Home) Clock() *mock.Clock { return h.clock }

func (h *Home) now() time.Time { return h.clock.Now() }

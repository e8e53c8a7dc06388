package home

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/authconform/authconform/harness/clock"
	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/kind"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/played/clientsite"
	"github.com/authconform/authconform/harness/wire"
)

// Home is a server with a home's login, and the account that logs in to it. It is safe for concurrent use.
type Home struct {
	names []string                // other names of the target
	under map[string]*wire.Client // clients by these

	Wire    *wire.Client
	Site    *clientsite.Site // plays the client; its own origin is the default client id
	Clock   clock.Clock
	Facts   Facts
	Account oauth.Account
	Mark    string // parts the names that this worker gives at the target from those of others

	mu      sync.Mutex
	session oauth.Tokens
	asked   map[string]string // authorization code -> the redirect_uri that it was asked for with, where Manners.Redirect
	owed    owed
	spare   spare
	codes   leftCodes
	seen    seen
	users   map[string]*User
	listed  listing // before the first row
	logins  int

	verifier  string        // of codes with a challenge, if the home demands one; see Manners
	elsewhere *wire.Client  // see Options.Other; nil: there is none
	patience  time.Duration // see Options
	release   string        // see Options
	doubt     kind.Doubt    // whether the target is still there
}

// Facts are what the server says about itself, read once before the run.
type Facts struct {
	Product  string        `json:"product"`
	Version  string        `json:"version"`  // "2026.11.0"
	Metadata bool          `json:"metadata"` // serves authorization server metadata
	PKCE     bool          `json:"pkce"`     // code_challenge_methods_supported has S256
	CIMD     bool          `json:"cimd"`     // client_id_metadata_document_supported
	Resource bool          `json:"resource"` // serves RFC 9728 metadata
	Admin    bool          `json:"admin"`    // the account may manage users, or it is not known
	Fetches  bool          `json:"fetches"`  // fetches pages from the client site
	TrustsCA bool          `json:"trusts_ca"`
	Testbed  bool          `json:"testbed"` // our demo integration is installed, or it is not known
	Manners  Manners       `json:"manners"`
	Provider LoginProvider `json:"provider"`          // the one that the account logs in through
	Outside  string        `json:"outside,omitempty"` // why nobody gets in; "": the login works

	Trusted  []LoginProvider `json:"trusted,omitempty"`  // trusted networks offered to this machine
	Commands bool            `json:"commands,omitempty"` // a command line is offered
	Command  *LoginProvider  `json:"command,omitempty"`  // the one whose command accepts the account

	Credulous []judge.Credulity `json:"credulous,omitempty"` // invented credentials that it accepts
}

// Manners are what this home demands of every client although no home should. Without them no login would work, and nothing
// else could be judged. The zero value is how today's apps log in.
type Manners struct {
	Bound    bool `json:"bound,omitempty"`    // codes have a PKCE challenge
	Redirect bool `json:"redirect,omitempty"` // redirect_uri is repeated at the token endpoint, as in RFC 6749 §4.1.3
	Secure   bool `json:"secure,omitempty"`   // the client id is an https URL
}

// Options configure a Home.
type Options struct {
	Wire     wire.Options
	Other    netip.Addr // another address of this machine; none: there is no other
	Site     *clientsite.Site
	Clock    clock.Clock
	Facts    Facts
	Account  oauth.Account
	Patience time.Duration // the longest wait for a WebSocket message that may not come, at a target on this machine; 0: as a spec says
	Mark     string        // part of the names that this run creates at the target
	Release  string        // whose promises the home is held to; "": those of the release that it tells
	Session  oauth.Tokens  // an open session for housekeeping; empty: log in when necessary
}

// New returns a Home. It sends nothing yet.
func New(o Options) *Home {
	h := &Home{
		Site:     o.Site,
		Clock:    o.Clock,
		Facts:    o.Facts,
		Account:  o.Account,
		Mark:     o.Mark + "-" + strings.ToLower(rand.Text()[:4]),
		session:  o.Session,
		users:    map[string]*User{},
		asked:    map[string]string{},
		verifier: rand.Text() + rand.Text(),
		patience: o.Patience,
		release:  o.Release,
		seen:     seen{held: map[string]time.Time{}, now: time.Now},
	}
	o.Wire.Observe = h.observe
	h.Wire = wire.New(o.Wire)
	if o.Other.IsValid() {
		o.Wire.Source = o.Other
		h.elsewhere = wire.New(o.Wire)
	}
	return h
}

// account keeps account of what a request costs the home: a password that it looked at, which it did not where it knows no such
// flow or takes no such step, and a code that was handed in.
func (h *Home) account(e *wire.Exchange) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.codes.handedIn(e.Request)
	if e.Request.Method != http.MethodPost || !strings.Contains(e.Request.URL, "/auth/login_flow/") {
		return
	}
	var sent struct{ Username, Password *string }
	if json.Unmarshal([]byte(e.Request.Body), &sent) != nil || sent.Username == nil || sent.Password == nil {
		return
	}
	switch e.Status {
	case http.StatusBadRequest, http.StatusNotFound, http.StatusMethodNotAllowed:
		return
	}
	h.logins++
}

// Logins counts the logins for which the server had to check a password.
func (h *Home) Logins() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.logins
}

type homeKey struct{}

// With lets the specs under ctx find the home.
func With(ctx context.Context, h *Home) context.Context { return context.WithValue(ctx, homeKey{}, h) }

// From returns the home under test. It panics outside a run, which is a bug of the caller.
func From(ctx context.Context) *Home {
	h, ok := ctx.Value(homeKey{}).(*Home)
	if !ok {
		panic("home: no home in this context; was the spec run by the runner?")
	}
	return h
}

// Client is an OAuth client: its id and its redirect URI.
type Client struct{ ID, Redirect string }

// Client is the default client: the client site's own origin, so that no page has to be fetched.
func (h *Home) Client() Client {
	origin := h.Site.Origin()
	if h.Facts.Manners.Secure {
		origin = h.Site.Secure()
	}
	return Client{ID: origin + "/", Redirect: origin + "/callback"}
}

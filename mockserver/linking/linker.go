package linking

import (
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/authconform/authconform/mock"
)

// Domain is the integration of the demo thermostat.
const Domain = "authconform_demo"

// Options configure a Linker.
type Options struct {
	Policy      *Policy
	Clock       *mock.Clock
	HTTP        *http.Client                            // talks to providers and the proxy
	Fire        func(event string, data map[string]any) // tells whoever listens
	Version     string                                  // of the home, for the proxy's min_version
	AccountLink string                                  // URL of the proxy; "": none
	My          string                                  // redirect_uri of the my integration; "": it is not loaded
	Default     *Provider                               // known from the start; nil: none is
}

// Linker is the home as an OAuth client. It is safe for concurrent use.
type Linker struct {
	Options
	policy atomic.Pointer[Policy]

	mu          sync.Mutex
	key         []byte // signs states; new with every start
	providers   map[string]Provider
	credentials []Credential
	flows       map[string]*flow
	entries     []*entry
	bound       map[string]string // credentials of the MCP client: the issuer that each was used with
	services    []Service
	servicesAt  time.Time
}

// New returns a Linker.
func New(o Options) *Linker {
	l := &Linker{Options: o}
	l.SetPolicy(o.Policy)
	l.Clear()
	return l
}

// Policy returns the current policy.
func (l *Linker) Policy() *Policy { return l.policy.Load() }

// SetPolicy replaces the policy, starting with the next decision.
func (l *Linker) SetPolicy(p *Policy) { l.policy.Store(p) }

// Clear forgets everything.
func (l *Linker) Clear() {
	l.mu.Lock()
	l.providers, l.credentials, l.entries, l.bound = map[string]Provider{}, nil, nil, map[string]string{}
	if l.Default != nil {
		l.providers[""] = *l.Default
	}
	l.mu.Unlock()
	l.Restart()
}

// Restart forgets what a restarted process would forget: flows, the key of states, the proxy's list.
func (l *Linker) Restart() {
	l.mu.Lock()
	flows := l.flows
	l.key, l.flows, l.services = []byte(mock.Secret(32)), map[string]*flow{}, nil
	l.mu.Unlock()
	for _, f := range flows {
		l.end(f)
	}
}

// stateKey signs the states.
func (l *Linker) stateKey() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.key
}

// Provider is a third party as the integration knows it. It is set at run time, for each client id.
type Provider struct {
	ClientID      string `json:"client_id"`
	AuthorizeURL  string `json:"authorize_url"`
	TokenURL      string `json:"token_url"`
	APIURL        string `json:"api_url"`    // answers {"id","name"} of the account
	DeviceURL     string `json:"device_url"` // a thermostat, read with GET and set with PUT; "": it has none
	Scope         string `json:"scope"`
	PKCE          bool   `json:"pkce"`
	AuthMethod    string `json:"auth_method"` // client_secret_post (or ""), client_secret_basic
	HandlesErrors *bool  `json:"handles_errors"`

	resource, issuer string // of an MCP server (RFC 8707, RFC 8414)
	promisesIssuer   bool   // its answers have an iss (RFC 9207)
}

// SetProvider sets the provider of a client id; "" is the default for all others.
func (l *Linker) SetProvider(p Provider) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.providers[p.ClientID] = p
}

// DropProvider forgets a provider.
func (l *Linker) DropProvider(clientID string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.providers, clientID)
}

func (l *Linker) provider(clientID string) Provider {
	l.mu.Lock()
	defer l.mu.Unlock()
	p, ok := l.providers[clientID]
	if !ok {
		p = l.providers[""]
	}
	return p
}

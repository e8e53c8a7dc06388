package accountlink

import (
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/authconform/authconform/mock"
)

// Options configure a Proxy.
type Options struct {
	Policy       *Policy     // nil: Strict
	Clock        *mock.Clock // nil: real time
	Services     []Service
	HTTP         *http.Client     // talks to third parties; nil: the default
	URL          string           // its own
	ControlToken string           // "": a random one
	TLS          *mock.Authority  // nil: one of its own
	Log          func(mock.Entry) // is told every request; nil: nobody is
}

// Proxy is a running proxy.
type Proxy struct {
	Options
	policy atomic.Pointer[Policy]
	plane  *mock.Plane

	mu      sync.Mutex
	waiting map[string]*flow // by state
	order   []string         // of states, the oldest first
	open    int
}

// New returns a proxy that does not listen yet.
func New(o Options) *Proxy {
	if o.Policy == nil {
		o.Policy = Strict()
	}
	if o.Clock == nil {
		o.Clock = &mock.Clock{}
	}
	if o.HTTP == nil {
		o.HTTP = http.DefaultClient
	}
	p := &Proxy{Options: o, plane: mock.NewPlane(o.Clock, &o.Policy.Rules), waiting: map[string]*flow{}}
	p.policy.Store(o.Policy)
	if o.ControlToken != "" {
		p.plane.Control.Token = o.ControlToken
	}
	p.ControlToken, p.plane.Log = p.plane.Control.Token, o.Log
	p.plane.Control.OfferCA(o.TLS)
	p.plane.Handle("/services", mock.Methods{http.MethodGet: p.list})
	p.plane.Handle("/v1", mock.Methods{http.MethodGet: p.socket})
	p.plane.Handle("/callback", mock.Methods{http.MethodGet: p.callback})
	p.plane.Handle("/refresh_token/{service}", mock.Methods{http.MethodPost: p.refresh})
	return p
}

// Policy returns the current policy.
func (p *Proxy) Policy() *Policy { return p.policy.Load() }

// SetPolicy replaces the policy, starting with the next decision.
func (p *Proxy) SetPolicy(to *Policy) {
	p.policy.Store(to)
	p.plane.SetRules(&to.Rules)
}

// ServeHTTP implements http.Handler.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) { p.plane.ServeHTTP(w, r) }

// Clock is the proxy's clock.
func (p *Proxy) Clock() *mock.Clock { return p.plane.Clock }

// Server is a proxy that listens with TLS.
type Server struct {
	*Proxy
	*mock.Server
	URL string
	CA  []byte // PEM, to be trusted
}

// Listen starts a proxy on an address.
func Listen(address string, o Options) (*Server, error) {
	ca, err := o.TLS, error(nil)
	if ca == nil {
		ca, err = mock.NewAuthority("authconform account-link proxy", address)
	}
	if err != nil {
		return nil, err
	}
	o.TLS = ca
	l, at, err := mock.Bind(address)
	if err != nil {
		return nil, err
	}
	o.URL = mock.HTTPS(at)
	p := New(o)
	p.plane.Handle("/ca.pem", mock.Methods{http.MethodGet: func(*mock.Call) *mock.Answer {
		return &mock.Answer{Status: http.StatusOK, Header: http.Header{"Content-Type": {"application/x-pem-file"}}, Body: ca.PEM}
	}})
	return &Server{p, mock.ServeTLS(l, at, p, ca), o.URL, ca.PEM}, nil
}

// Control returns the control plane.
func (p *Proxy) Control() *mock.Control { return p.plane.Control }

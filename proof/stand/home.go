package stand

import (
	"github.com/authconform/authconform/harness/home"
	"github.com/authconform/authconform/harness/kind"
	"github.com/authconform/authconform/mockserver"
)

// Home is the stand of mock homes.
func Home() Stand[mockserver.Policy] {
	return Stand[mockserver.Policy]{Kind: home.Kind(), Strict: mockserver.Strict, Flavour: mockserver.Flavour, Start: startHome}
}

func startHome(p *mockserver.Policy, flags kind.Flags, prefer string) (*Server, error) {
	f := flags.(*home.Flags)
	if err := f.Site.Resolve(); err != nil {
		return nil, err
	}
	if f.AccountLink == "" {
		var err error
		if f.AccountLink, err = freeAddress(); err != nil {
			return nil, err
		}
	}
	h, err := listen(prefer, mockserver.Options{Policy: p, Fetch: trusting(f.Site.CA.Pool()), AccountLink: "https://" + f.AccountLink})
	if err != nil {
		return nil, err
	}
	owner := h.Users[0]
	f.Account.Username, f.Account.Password = owner.Username, owner.Password
	f.ControlURL, f.ControlToken = h.URL, h.ControlToken
	return &Server{Target: h.URL, Clock: h.Clock(), Kill: h.Kill}, nil
}

func listen(prefer string, o mockserver.Options) (*mockserver.Server, error) {
	if prefer != "" {
		if h, err := mockserver.Listen(prefer, o); err == nil {
			return h, nil
		}
	}
	return mockserver.Listen("127.0.0.1:0", o)
}

package main

import (
	"github.com/authconform/authconform/internal/exit"
	"github.com/authconform/authconform/mock"
)

// authority returns the CA of the servers; nil means that they speak http.
func (f *serveFlags) authority() (*mock.Authority, error) {
	switch {
	case (f.TLSCert == "") != (f.TLSKey == ""):
		return nil, exit.Usagef("--tls-cert and --tls-key belong together: give both")
	case f.TLSCert != "":
		ca, err := mock.LoadAuthority(f.TLSCert, f.TLSKey)
		if err != nil {
			return nil, exit.Usagef("--tls-cert %s, --tls-key %s: %v", f.TLSCert, f.TLSKey, err)
		}
		return ca, nil
	case !f.TLS:
		return nil, nil //nolint:nilnil // none is asked for
	}
	ca, err := mock.NewAuthority("authconform mock", f.hosts()...)
	if err != nil {
		return nil, exit.With(exit.Broken, err)
	}
	return ca, nil
}

// hosts returns the hosts of the servers.
func (f *serveFlags) hosts() []string {
	at := []string{f.PublicURL, f.ProviderURL}
	for _, address := range []string{f.Home, f.Provider, f.AccountLink, f.IndieAuth, f.My} {
		at = append(at, listenOn(address))
	}
	return at
}

// peer describes one of the servers to the others.
type peer struct {
	Name    string `json:"name"`
	URL     string `json:"url"`
	Control bool   `json:"control"` // whether it has a control plane
}

// list lists the servers.
func (s *ensemble) list() []peer {
	out := []peer{{"home", s.home.URL, true}}
	if s.provider != nil {
		out = append(out, peer{"provider", s.provider.URL, true})
	}
	if s.proxy != nil {
		out = append(out, peer{"account-link", s.proxy.URL, true})
	}
	if s.people != nil {
		out = append(out, peer{"indieauth", s.people.URL, true})
	}
	if s.my != nil {
		out = append(out, peer{"my", s.my.URL, false})
	}
	return out
}

// controls returns the control planes of the servers.
func (s *ensemble) controls() []*mock.Control {
	out := []*mock.Control{s.home.Control()}
	if s.provider != nil {
		out = append(out, s.provider.Control())
	}
	if s.proxy != nil {
		out = append(out, s.proxy.Control())
	}
	if s.people != nil {
		out = append(out, s.people.Control())
	}
	return out
}

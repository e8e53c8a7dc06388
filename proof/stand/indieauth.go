package stand

import (
	"net/http"

	judged "github.com/authconform/authconform/harness/indieauth"
	"github.com/authconform/authconform/harness/kind"
	"github.com/authconform/authconform/harness/played/clientsite"
	"github.com/authconform/authconform/mockprovider/indieauth"
)

// IndieAuth returns the stand of mock servers for people's own URLs.
func IndieAuth() Stand[indieauth.Policy] {
	h := &homes{clients: map[*clientsite.CA]*http.Client{}}
	return Stand[indieauth.Policy]{
		Kind: judged.Kind(), Strict: indieauth.Strict, Flavour: indieauth.Flavour,
		Start: func(p *indieauth.Policy, flags kind.Flags, prefer string) (*Server, error) {
			f := flags.(*judged.Flags)
			if err := f.Site.Resolve(); err != nil {
				return nil, err
			}
			s, err := listen(prefer, func(address string) (*indieauth.Server, error) {
				return indieauth.Listen(address, indieauth.Options{Policy: p, Fetch: h.client(f.Site.CA)})
			})
			if err != nil {
				return nil, err
			}
			ben := s.Users[1]
			f.Account.Username, f.Account.Password = ben.Username, ben.Password
			f.ControlURL, f.ControlToken = s.URL, s.ControlToken
			f.Me = s.Me(ben.Username)
			return &Server{Target: s.URL, Clock: s.Clock(), Kill: s.Kill}, nil
		},
	}
}

package stand

import (
	judged "github.com/authconform/authconform/harness/accountlink"
	"github.com/authconform/authconform/harness/kind"
	"github.com/authconform/authconform/mockprovider"
	"github.com/authconform/authconform/mockprovider/accountlink"
)

// AccountLink returns the stand of mock account-link proxies, each in front of a mock provider at which it has a client.
func AccountLink() Stand[accountlink.Policy] {
	return Stand[accountlink.Policy]{
		Kind: judged.Kind(), Strict: accountlink.Strict, Flavour: accountlink.Flavour, Start: startAccountLink,
	}
}

func startAccountLink(p *accountlink.Policy, flags kind.Flags, prefer string) (*Server, error) {
	f := flags.(*judged.Flags)
	third, err := mockprovider.Listen("127.0.0.1:0", mockprovider.Options{})
	if err != nil {
		return nil, err
	}
	proxy, err := listen(prefer, func(address string) (*accountlink.Server, error) {
		return accountlink.Join(third, address, accountlink.Options{Policy: p})
	})
	if err != nil {
		third.Kill()
		return nil, err
	}
	ben := third.Users[1]
	f.Account.Username, f.Account.Password = ben.Username, ben.Password
	f.CA, f.Service, f.TrustOrigins = proxy.CA, proxy.Services[0].Domain, []string{third.URL}
	return &Server{Target: proxy.URL, Clock: proxy.Clock(), Kill: func() { proxy.Kill(); third.Kill() }}, nil
}

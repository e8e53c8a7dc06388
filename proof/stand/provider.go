package stand

import (
	"github.com/authconform/authconform/harness/kind"
	"github.com/authconform/authconform/harness/provider"
	"github.com/authconform/authconform/mockprovider"
)

// redirect is the redirect URI of a home that links accounts. It is no loopback address, because any port of one would be right
// (RFC 8252 §7.3).
const redirect = "http://home.example:8123/auth/external/callback"

// house is the path of the issuer: with one, clients have to look for the metadata elsewhere (RFC 8414 §3.1).
const house = "/house"

// Provider returns the stand of mock providers.
func Provider() Stand[mockprovider.Policy] {
	return Stand[mockprovider.Policy]{
		Kind: provider.Kind(), Strict: mockprovider.Strict, Flavour: mockprovider.Flavour, Start: startProvider,
	}
}

func startProvider(p *mockprovider.Policy, flags kind.Flags, prefer string) (*Server, error) {
	f := flags.(*provider.Flags)
	apps := mockprovider.DemoApps(redirect)
	third, err := listen(prefer, func(address string) (*mockprovider.Server, error) {
		return mockprovider.Listen(address, mockprovider.Options{Policy: p, Apps: apps, Path: house})
	})
	if err != nil {
		return nil, err
	}
	at, ben := third.Provider.URL, third.Users[1]
	f.Account.Username, f.Account.Password = ben.Username, ben.Password
	f.ControlURL, f.ControlToken = third.URL, third.ControlToken
	f.ClientID, f.Secret, f.OtherClientID, f.OtherSecret, f.PublicClientID = apps[0].ID, apps[0].Secret, apps[1].ID, apps[1].Secret, apps[2].ID
	f.ClientAuth = "both"
	f.RedirectURI, f.Scope, f.APIURL = redirect, "profile devices:read", at+"/api/me"
	f.IntrospectURL, f.RegisterURL, f.Resource = at+"/oauth/introspect", at+"/oauth/register", third.Resources[0]
	f.AuthorizeURL, f.TokenURL, f.RevokeURL = at+"/oauth/authorize", at+"/oauth/token", at+"/oauth/revoke"
	return &Server{Target: at, Clock: third.Clock(), Kill: third.Kill}, nil
}

package main

import (
	"context"

	"github.com/authconform/authconform/harness/provider"
	"github.com/authconform/authconform/harness/stage"
	"github.com/authconform/authconform/mockprovider"
	"github.com/authconform/authconform/mockprovider/accountlink"
	"github.com/authconform/authconform/run"
)

// startBuiltInProvider starts the mock provider that a run of its profile judges where no target is named.
func startBuiltInProvider(ctx context.Context, o *run.Options) (stop func(), err error) {
	rest()
	const redirect = "http://127.0.0.1:8123/auth/external/callback"
	apps := mockprovider.DemoApps(redirect)
	p, err := mockprovider.Listen("127.0.0.1:0", mockprovider.Options{Apps: apps})
	if err != nil {
		return nil, err
	}
	ben := p.Users[1]
	o.BuiltIn = true
	o.Target, o.Account.Username, o.Account.Password = p.URL, ben.Username, ben.Password
	o.Control = stage.Control{URL: p.URL, Token: p.ControlToken}
	*o.Provider = provider.Config{
		Redirect: redirect, Scope: "profile devices:read", APIURL: p.URL + "/api/me",
		Client: provider.Client{ID: apps[0].ID, Secret: apps[0].Secret}, Other: provider.Client{ID: apps[1].ID, Secret: apps[1].Secret}, Public: provider.Client{ID: apps[2].ID},
		Steps: o.Provider.Steps,
	}
	return p.Kill, ctx.Err()
}

// startBuiltInProxy starts a mock account-link proxy, and the mock provider that it holds a client of.
func startBuiltInProxy(ctx context.Context, o *run.Options) (stop func(), err error) {
	rest()
	third, proxy, err := accountlink.StartDemo(accountlink.Strict())
	if err != nil {
		return nil, err
	}
	ben := third.Users[1]
	o.BuiltIn = true
	o.Target, o.Account.Username, o.Account.Password, o.CAFile = proxy.URL, ben.Username, ben.Password, proxy.CA
	*o.Provider = provider.Config{Service: proxy.Services[0].Domain, Steps: o.Provider.Steps}
	return func() { proxy.Kill(); third.Kill() }, ctx.Err()
}

package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strconv"

	"github.com/authconform/authconform/harness/played/clientsite"
	"github.com/authconform/authconform/mockserver"
	"github.com/authconform/authconform/run"
)

// loopbackOnly keeps the built-in mock from looking for anything beyond this machine: its judge is here.
func loopbackOnly(ctx context.Context, network, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("%s is not on this machine", host)
	}
	return new(net.Dialer).DialContext(ctx, network, address)
}

// freeAddress is one on loopback that nobody uses: the mock home must know where its judge will listen later.
func freeAddress() (string, error) {
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// startBuiltIn starts the mock home that a run without --target judges, and makes the run's options fit it.
func startBuiltIn(ctx context.Context, o *run.Options) (stop func(), err error) {
	rest()
	if o.SiteCA == nil {
		if o.SiteCA, err = clientsite.NewCA(); err != nil {
			return nil, err
		}
	}
	fetch := trusting(o.SiteCA.Pool())
	fetch.Transport.(*http.Transport).DialContext = loopbackOnly
	options := mockserver.Options{Fetch: fetch}
	if o.AccountLink == "" {
		if o.AccountLink, err = freeAddress(); err != nil {
			return nil, err
		}
	}
	options.AccountLink = "https://" + o.AccountLink
	preferred := net.JoinHostPort("127.0.0.1", strconv.Itoa(o.Site.Prefer-1)) // so that two runs of a seed look alike
	home, err := mockserver.Listen(preferred, options)
	if err != nil {
		if home, err = mockserver.Listen("127.0.0.1:0", options); err != nil {
			return nil, err
		}
	}
	owner := home.Users[0]
	o.BuiltIn = true
	o.Target, o.Account.Username, o.Account.Password = home.URL, owner.Username, owner.Password
	o.Control.URL, o.Control.Token = home.URL, home.ControlToken
	return home.Kill, ctx.Err() // its only guest has left
}

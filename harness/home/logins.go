package home

import (
	"context"
	"encoding/json"
	"net"
	"net/url"
	"slices"

	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/wire"
)

// LoginProvider is a home's login provider: its type, and an id if there are several of a type. The zero value is
// the provider of the local users.
type LoginProvider struct {
	Type string `json:"type"`
	ID   string `json:"id,omitempty"`
}

// The known types of login providers (Home Assistant, auth/providers).
const (
	localUsers      = "homeassistant"    // name and password, kept by the home
	trustedNetworks = "trusted_networks" // the address is enough
	commandLine     = "command_line"     // name and password, judged by a program
)

// noLocalUsers is why the row cannot create another user.
const noLocalUsers = "the home offers no login provider " + localUsers + ", in which users can be made"

// handler returns the name of the provider in a login.
func (p LoginProvider) handler() []any {
	switch {
	case p.Type == "":
		return []any{localUsers, nil}
	case p.ID == "":
		return []any{p.Type, nil}
	}
	return []any{p.Type, p.ID}
}

// Name is its type.
func (p LoginProvider) Name() string { return p.handler()[0].(string) }

// Handler names the login provider of the run's account, as JSON.
func (h *Home) Handler() string {
	raw, _ := json.Marshal(h.Facts.Provider.handler()) // strings and null always encode
	return string(raw)
}

// byPassword finds the provider for a name and a password, even if local users are not listed.
func (l listing) byPassword() (LoginProvider, bool) {
	if slices.ContainsFunc(l.providers, func(p LoginProvider) bool { return p.Type == localUsers }) {
		return LoginProvider{}, false
	}
	i := slices.IndexFunc(l.providers, func(p LoginProvider) bool { return p.Type == commandLine })
	if i < 0 {
		return LoginProvider{}, false
	}
	return l.providers[i], true
}

// of returns the providers of a type.
func (l listing) of(kind string) []LoginProvider {
	return slices.DeleteFunc(slices.Clone(l.providers), func(p LoginProvider) bool { return p.Type != kind })
}

// lookAtLogins notes the ways to log in besides the run's own. It tries once whether a command accepts the run's account.
func (h *Home) lookAtLogins(ctx context.Context) {
	h.Facts.Trusted = h.listed.of(trustedNetworks)
	for _, p := range h.listed.of(commandLine) {
		h.Facts.Commands = true
		if judge.Attempt(ctx, func(ctx context.Context) {
			if h.Login(ctx, Login{Provider: &p}).Code != "" && h.Facts.Command == nil {
				h.Facts.Command = &p
			}
		}) != nil {
			continue // no login flow starts there
		}
	}
}

type elsewhereKey struct{}

// Elsewhere makes requests under ctx come from the other address, Options.Other.
func Elsewhere(ctx context.Context) context.Context {
	return context.WithValue(ctx, elsewhereKey{}, true)
}

// via returns the client for requests under ctx.
func (h *Home) via(ctx context.Context) *wire.Client {
	if ctx.Value(elsewhereKey{}) != nil {
		return h.elsewhere
	}
	return h.Wire
}

// requests counts all requests, from either address.
func (h *Home) requests() int {
	n := h.Wire.Requests()
	if h.elsewhere != nil {
		n += h.elsewhere.Requests()
	}
	return n
}

// Here lists the addresses by which the target may know this machine, for headers that claim them.
func (h *Home) Here() []string {
	list := []string{"127.0.0.1", "::1"}
	u, err := url.Parse(h.Wire.Base())
	if err != nil {
		return list
	}
	if c, err := (&net.Dialer{}).DialContext(context.Background(), "udp", net.JoinHostPort(u.Hostname(), "9")); err == nil { // sends nothing
		defer c.Close()
		if at, ok := c.LocalAddr().(*net.UDPAddr); ok && !at.IP.IsLoopback() {
			list = append(list, at.IP.String())
		}
	}
	return list
}

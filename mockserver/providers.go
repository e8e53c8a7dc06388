package mockserver

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"

	"github.com/authconform/authconform/mock"
)

// The types of login providers, as auth_providers in a home's configuration.yaml names them.
const (
	LocalUsers      = "homeassistant"
	TrustedNetworks = "trusted_networks"
	CommandLine     = "command_line"
)

// titles are the names of login providers that were given none.
var titles = map[string]string{
	LocalUsers: "Home Assistant Local", TrustedNetworks: "Trusted Networks", CommandLine: "Command Line Authentication",
}

// Provider is a way to log in: an entry of auth_providers in a home's configuration.yaml.
type Provider struct {
	Type string
	ID   string // "" for none: only one of a type may have none
	Name string // "": that of the real home

	// Networks are the networks that a provider of the type trusted_networks trusts. TrustedUsers says who may be picked there:
	// the first entry that contains the address decides; if there is none, every user may be. AllowBypassLogin logs a user in
	// without a form if there is no other to pick.
	Networks         []netip.Prefix
	TrustedUsers     []TrustedUsers
	AllowBypassLogin bool

	// Command is the absolute path of the program that a provider of the type command_line asks, with Args. It finds
	// username and password in its environment, which holds nothing else, and lets in with exit code 0. With Meta its
	// output says more of a new user, in lines like "name = Ada": name, group and local_only.
	Command string
	Args    []string
	Meta    bool
}

// TrustedUsers are the users who may be picked from a network: by id or user name, or as members of groups.
type TrustedUsers struct {
	Network netip.Prefix
	Users   []string
	Groups  []string
}

// check tells what is wrong with a provider.
func (p Provider) check() error {
	switch {
	case titles[p.Type] == "":
		return fmt.Errorf("unknown type %q; valid: %s, %s or %s", p.Type, LocalUsers, TrustedNetworks, CommandLine)
	case p.Type == LocalUsers && p.ID != "":
		return fmt.Errorf("%s has no id", p.Type)
	case p.Type == TrustedNetworks && len(p.Networks) == 0:
		return fmt.Errorf("%s: trusted_networks is missing", p.Type)
	case p.Type == CommandLine && !filepath.IsAbs(p.Command):
		return fmt.Errorf("%s: command must be an absolute path, not %q", p.Type, p.Command)
	}
	return nil
}

// checkProviders tells what is wrong with a list.
func checkProviders(list []Provider) error {
	if len(list) == 0 {
		return errors.New("there is no login provider")
	}
	for i, p := range list {
		if err := p.check(); err != nil {
			return err
		}
		if slices.ContainsFunc(list[:i], func(other Provider) bool { return other.Type == p.Type && other.ID == p.ID }) {
			return fmt.Errorf("there are two login providers of the type %s with the id %q: give them different ids", p.Type, p.ID)
		}
	}
	return nil
}

// providers answers GET /auth/providers with those that may be used from where the request comes.
func (h *Home) providers(c *call) *mock.Answer {
	if h.steps.open() {
		return mock.JSON(http.StatusBadRequest, map[string]string{"message": "Onboarding not finished", "code": "onboarding_required"})
	}
	type entry struct {
		Name string  `json:"name"`
		ID   *string `json:"id"`
		Type string  `json:"type"`
	}
	list := []entry{}
	for _, p := range h.Providers {
		if p.Type == TrustedNetworks && !h.trusts(&p, c.IP) {
			continue
		}
		var id *string
		if p.ID != "" {
			id = &p.ID
		}
		list = append(list, entry{cmp.Or(p.Name, titles[p.Type]), id, p.Type})
	}
	return mock.JSON(http.StatusOK, map[string]any{"providers": list, "preselect_remember_me": local(c.IP)})
}

// provider finds the one that a login names: a type, and an id or null.
func (h *Home) provider(handler []any) (*Provider, bool) {
	kind, ok := handler[0].(string)
	id, named := handler[1].(string)
	if !ok || (handler[1] != nil && !named) || named && id == "" {
		return nil, false
	}
	p := h.providerOf(kind, id)
	return p, p != nil
}

// providerOf is the provider of a type and an id; nil: there is none.
func (h *Home) providerOf(kind, id string) *Provider {
	for i := range h.Providers {
		if p := &h.Providers[i]; p.Type == kind && p.ID == id {
			return p
		}
	}
	return nil
}

func handlerOf(fl *flow) []any {
	if fl.Provider.ID == "" {
		return []any{fl.Provider.Type, nil}
	}
	return []any{fl.Provider.Type, fl.Provider.ID}
}

// local reports whether an address belongs to the home's own network.
func local(ip string) bool {
	of := func(prefix string) bool { return strings.HasPrefix(ip, prefix) }
	return slices.ContainsFunc([]string{"127.", "10.", "192.168.", "::1", "fe80:", "fd"}, of)
}

package mockserver

import (
	"net/http"
	"net/netip"
	"slices"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver/store"
)

// notAllowed is why a login by a trusted network ends for an address outside.
const notAllowed = "not_allowed"

// trusts tells whether a provider trusts an address.
func (h *Home) trusts(p *Provider, ip string) bool { return h.Policy().Trusted(p.Networks, ip) }

// inNetworks is the strict rule of trusted networks.
func inNetworks(networks []netip.Prefix, ip string) bool {
	from, err := netip.ParseAddr(ip)
	return err == nil && slices.ContainsFunc(networks, func(n netip.Prefix) bool { return n.Contains(from.Unmap().WithZone("")) })
}

// fromConnection takes a request to come from where its connection does, and refuses what claims to be a proxy: nobody is a
// trusted one.
func fromConnection(connection string, header http.Header) (ip string, refused bool) {
	return connection, header.Get("X-Forwarded-For") != ""
}

// pickable are those who may be picked at a provider from an address.
func (h *Home) pickable(p *Provider, ip string) []User {
	var listed *TrustedUsers
	for i := range p.TrustedUsers {
		if inNetworks([]netip.Prefix{p.TrustedUsers[i].Network}, ip) {
			listed = &p.TrustedUsers[i]
			break
		}
	}
	return slices.DeleteFunc(h.users.list(), func(u User) bool { return !h.Policy().Pickable(u, listed == nil || listed.has(u)) })
}

func (t *TrustedUsers) has(u User) bool {
	inGroup := func(group string) bool { return slices.Contains(u.groups(), group) }
	return slices.Contains(t.Users, u.ID) || u.Username != "" && slices.Contains(t.Users, u.Username) || slices.ContainsFunc(t.Groups, inGroup)
}

// enterTrusted begins a login by a trusted network: it ends at once for addresses outside, and for a sole user who needs no
// form.
func (h *Home) enterTrusted(c *call, fl *flow, clientID string) *mock.Answer {
	if !h.trusts(fl.Provider, c.IP) {
		return aborted(fl, notAllowed)
	}
	if may := h.pickable(fl.Provider, c.IP); h.Policy().Bypasses(fl.Provider.AllowBypassLogin, len(may)) {
		return h.finish(c, fl, &proven{User: may[0]}, clientID)
	}
	return nil
}

// pick takes the user who was picked.
func (h *Home) pick(c *call, fl *flow, input map[string]any) (*proven, *mock.Answer) {
	if !h.trusts(fl.Provider, c.IP) {
		return nil, aborted(fl, notAllowed)
	}
	id, _ := input["user"].(string)
	user, there := h.users.get(id)
	offered := slices.ContainsFunc(h.pickable(fl.Provider, c.IP), func(u User) bool { return u.ID == id })
	if !h.Policy().Picks(there, offered) || len(input) != 1 {
		return nil, mock.Message(http.StatusBadRequest, inputMalformed)
	}
	return &proven{User: user}, nil
}

// picker is the field of the form that asks who it is.
func (h *Home) picker(fl *flow) map[string]any {
	options := [][]string{}
	for _, u := range h.pickable(fl.Provider, fl.IP) {
		options = append(options, []string{u.ID, u.Name})
	}
	return map[string]any{"type": "select", "name": "user", "required": true, "options": options}
}

// movedAway is why a session may not be used from an address: the login provider that it came of trusts others alone.
var movedAway = mock.Refuse(http.StatusForbidden, "access_denied", "Not in trusted_networks", "HA core auth/providers/trusted_networks.py")

// stays tells whether a session may be used from an address.
func (h *Home) stays(r store.Refresh, ip string) bool {
	if r.Provider != TrustedNetworks {
		return true
	}
	p := h.providerOf(r.Provider, r.ProviderID)
	return h.Policy().StaysTrusted(p != nil && h.trusts(p, ip))
}

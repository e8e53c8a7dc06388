package mockserver

import (
	"net/http"
	"slices"
	"time"
)

// loginView is a login under way on the control plane: a flow that is open, or a code that nobody has redeemed yet. It holds
// names and times, and no secret.
type loginView struct {
	Kind     string     `json:"kind"` // flow or code
	Provider string     `json:"provider"`
	ClientID string     `json:"client_id"`
	User     string     `json:"user,omitempty"` // "": nobody has said who it is
	Step     string     `json:"step,omitempty"` // of a flow: init or mfa
	PKCE     bool       `json:"pkce"`
	Since    time.Time  `json:"since"`
	Expires  *time.Time `json:"expires"` // nil: never
}

// shownLogins is how many are listed: the newest.
const shownLogins = 100

// loginList lists them, oldest first.
func (h *Home) loginList(*http.Request, []byte) (any, error) {
	out := []loginView{}
	for _, c := range h.store.Codes() {
		v := loginView{Kind: "code", Provider: c.Provider, ClientID: c.ClientID, User: c.New.Account, PKCE: c.Challenge != "", Since: c.Issued}
		if v.User == "" {
			v.User = h.username(c.UserID)
		}
		v.until(h.Policy().CodeTTL())
		if h.now().Before(*v.Expires) {
			out = append(out, v)
		}
	}
	for _, v := range h.flows.views() {
		ttl := h.Policy().FlowTTL()
		if v.Step == "mfa" {
			ttl = h.Policy().MFATTL()
		}
		if ttl > 0 {
			v.until(ttl)
		}
		out = append(out, v)
	}
	slices.SortStableFunc(out, func(a, b loginView) int { return a.Since.Compare(b.Since) })
	return out[max(0, len(out)-shownLogins):], nil
}

func (v *loginView) until(ttl time.Duration) {
	end := v.Since.Add(ttl)
	v.Expires = &end
}

// views are the flows that are open. Whose they are is left out while a request works on it.
func (f *flows) views() []loginView {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []loginView
	for _, fl := range f.byID {
		v := loginView{
			Kind: "flow", Provider: fl.Provider.Type, ClientID: fl.ClientID, Step: "init", PKCE: fl.Challenge != "", Since: fl.Started,
		}
		if !fl.busy && fl.user != nil {
			v.Step, v.User = "mfa", fl.user.login()
		}
		out = append(out, v)
	}
	return out
}

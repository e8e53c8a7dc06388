package home

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
)

// owed is what must be given back to the target. It is filled from the answers themselves, so that even a token that a server
// should have refused is given back.
type owed struct {
	refresh []string
	flows   []string
	kept    []string // the shared session's token: given back last
	named   []string // client names of long-lived tokens, which only their account can delete
}

// OweNamed remembers a long-lived token of the run's account by its client_name, so that it is deleted at the end.
func (h *Home) OweNamed(name string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.owed.named = append(h.owed.named, name)
}

func (o *owed) keep(token string) {
	if token == "" {
		return
	}
	o.refresh = slices.DeleteFunc(o.refresh, func(s string) bool { return s == token })
	o.kept = append(o.kept, token)
}

func (h *Home) observe(e *wire.Exchange) {
	h.doubt.Observe(e)
	h.account(e)
	success := e.Status >= http.StatusOK && e.Status < http.StatusMultipleChoices
	if !success || e.Cut || e.Request.Method == http.MethodGet || !strings.Contains(e.Request.URL, "/auth/") {
		return
	}
	var answer struct {
		Refresh string `json:"refresh_token"`
		Flow    string `json:"flow_id"`
		Type    string `json:"type"`
	}
	if json.Unmarshal([]byte(e.Body), &answer) != nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.seen.take(e)
	if answer.Refresh != "" {
		h.owed.refresh = append(h.owed.refresh, answer.Refresh)
		h.spare.granted(e, h.Client().ID)
	}
	h.codes.watch(h, e)
	if answer.Flow != "" {
		h.owed.flows = slices.DeleteFunc(h.owed.flows, func(s string) bool { return s == answer.Flow })
		if answer.Type == "form" {
			h.owed.flows = append(h.owed.flows, answer.Flow)
		}
	}
}

// GiveBack revokes every token and deletes every open login flow since the last call, except sessions kept for
// later rows. What the target did not receive is tried again later.
func (h *Home) GiveBack(ctx context.Context) {
	h.mu.Lock()
	refresh, flows := h.spare.settle(h.owed.refresh), h.owed.flows
	h.owed.refresh, h.owed.flows = nil, nil
	h.codes.settle()
	h.mu.Unlock()
	refresh = slices.DeleteFunc(refresh, func(token string) bool {
		return h.giveBackToken(ctx, token)
	})
	flows = slices.DeleteFunc(flows, func(flow string) bool {
		return h.Send(ctx, http.MethodDelete, "/auth/login_flow/"+flow, "").Status != 0
	})
	h.mu.Lock()
	defer h.mu.Unlock()
	h.owed.refresh, h.owed.flows = append(h.owed.refresh, refresh...), append(h.owed.flows, flows...)
}

// Leave removes everything, including users and the shared session.
func (h *Home) Leave(ctx context.Context) {
	h.removeUsers(ctx)
	h.deleteNamed(ctx)
	h.dropSpare()
	h.GiveBack(ctx)
	h.mu.Lock()
	kept := h.owed.kept
	h.owed.kept, h.session = nil, oauth.Tokens{}
	h.mu.Unlock()
	for _, token := range kept {
		h.giveBackToken(ctx, token)
	}
}

// giveBackToken revokes a token, with action=revoke if there is no /auth/revoke (before 2022.9). It reports whether the target
// got the request.
func (h *Home) giveBackToken(ctx context.Context, token string) bool {
	answer := h.PostForm(ctx, "/auth/revoke", oauth.Form{{Name: "token", Value: token}})
	if answer.Status == http.StatusNotFound || answer.Status == http.StatusMethodNotAllowed {
		answer = h.PostForm(ctx, "/auth/token", oauth.Form{{Name: "token", Value: token}, {Name: "action", Value: "revoke"}})
	}
	return answer.Status != 0
}

func (h *Home) deleteNamed(ctx context.Context) {
	h.mu.Lock()
	names := h.owed.named
	h.owed.named = nil
	h.mu.Unlock()
	if len(names) == 0 {
		return
	}
	list, err := h.Grants(ctx)
	if err != nil {
		return // the parent counts at the end of the run, and says what is left
	}
	for _, g := range list {
		if slices.Contains(names, g.Name) {
			_ = h.deleteGrant(ctx, g)
		}
	}
}

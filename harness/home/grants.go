package home

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
)

// Grant is a refresh token as auth/refresh_tokens lists it.
type Grant struct {
	ID       string `json:"id"`
	ClientID string `json:"client_id"`
	Name     string `json:"client_name"`
	Type     string `json:"type"`
	Created  string `json:"created_at"`
	Expires  string `json:"expire_at"` // "": never
	Current  bool   `json:"is_current"`
}

// Grants lists the account's refresh tokens.
func (h *Home) Grants(ctx context.Context) ([]Grant, error) {
	var list []Grant
	err := judge.Attempt(ctx, func(ctx context.Context) {
		s := h.Open(ctx, h.Session(ctx).Access)
		defer s.Close()
		if err := s.Call(ctx, "auth/refresh_tokens", nil, &list); err != nil {
			judge.Block(ctx, "auth/refresh_tokens: %v", err)
		}
	})
	return list, err
}

// TakeBack deletes our tokens that were created since a time and were not there before: those of
// killed workers. It says what could not be deleted.
func (h *Home) TakeBack(ctx context.Context, before []Grant, known bool, since time.Time, ours func(Grant) bool) []string {
	if !known {
		return nil
	}
	after, err := h.Grants(ctx)
	if err != nil {
		return []string{"the tokens at the target could not be listed after the run: " + err.Error()}
	}
	var left []string
	for _, g := range after {
		was := slices.ContainsFunc(before, func(b Grant) bool { return b.ID == g.ID })
		if was || g.Current || !ours(g) || !madeSince(g, since) {
			continue
		}
		if err := h.deleteGrant(ctx, g); err != nil {
			left = append(left, fmt.Sprintf("a refresh token of client %s could not be revoked: %v", g.ClientID, err))
		}
	}
	return left
}

func (h *Home) deleteGrant(ctx context.Context, g Grant) error {
	return judge.Attempt(ctx, func(ctx context.Context) {
		s := h.Open(ctx, h.Session(ctx).Access)
		defer s.Close()
		if err := s.Call(ctx, "auth/delete_refresh_token", map[string]any{"refresh_token_id": g.ID}, nil); err != nil {
			judge.Block(ctx, "%v", err)
		}
	})
}

// madeSince compares with a margin for clocks that differ; an unreadable time counts as recent.
func madeSince(g Grant, since time.Time) bool {
	at, err := time.Parse(time.RFC3339, g.Created)
	return err != nil || at.After(since.Add(-time.Minute))
}

// LookAtSite finds out whether the home fetches the client site and trusts its CA. A home on this machine's loopback
// can reach a site there; any other combination is tried. Each try costs a login.
func (h *Home) LookAtSite(ctx context.Context, local bool) {
	h.Facts.Fetches = local
	if !local {
		page := h.Site.HTML("probe", `<link rel="redirect_uri" href="`+h.Site.Other()+`/callback">`)
		h.tryClient(ctx, page.URL())
		h.Facts.Fetches = len(page.Fetches()) > 0
	}
	if h.Facts.CIMD {
		page := h.Site.Page("probe.json", func(w http.ResponseWriter, _ *http.Request) { http.NotFound(w, nil) })
		h.tryClient(ctx, page.Secure())
		h.Facts.TrustsCA = len(page.Fetches()) > 0
	}
}

func (h *Home) tryClient(ctx context.Context, clientID string) {
	_ = judge.Attempt(ctx, func(ctx context.Context) {
		s := h.Login(ctx, Login{ClientID: clientID, RedirectURI: h.Site.Other() + "/callback"})
		if s.Code != "" {
			h.Exchange(ctx, s.Code, oauth.Set("client_id", clientID))
		}
	})
	h.GiveBack(ctx)
}

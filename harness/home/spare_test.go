package home

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/authconform/authconform/harness/clock"
	"github.com/authconform/authconform/harness/oauth"
)

func TestASessionThatARowLeftGoesToOneLaterRow(t *testing.T) {
	_, h, ctx := stay(t)
	h.Exchange(ctx, h.Code(ctx, Login{}))
	h.GiveBack(ctx)
	first, second := h.OwnSession(ctx), h.OwnSession(ctx)
	if first.Refresh != "refresh-1" || second.Refresh == first.Refresh || h.Logins() != 2 {
		t.Errorf("%+v and %+v after %d logins", first, second, h.Logins())
	}
}

func TestASessionIsNotLeft(t *testing.T) {
	for name, row := range map[string]func(*Home, context.Context){
		"that the row uses as its own": func(h *Home, ctx context.Context) { h.Tokens(ctx, Login{}) },
		"that the row took over":       func(h *Home, ctx context.Context) { h.OwnSession(ctx) },
		"that the row revoked": func(h *Home, ctx context.Context) {
			h.Revoke(ctx, h.Redeem(ctx, h.Code(ctx, Login{}), h.Client().ID).Refresh)
		},
		"of another client": func(h *Home, ctx context.Context) {
			h.Exchange(ctx, h.Code(ctx, Login{ClientID: "http://app/"}), oauth.Set("client_id", "http://app/"))
		},
		"of another account": func(h *Home, ctx context.Context) {
			account := h.Account
			h.Exchange(ctx, h.Code(ctx, Login{Account: &account}))
		},
	} {
		f, h, ctx := stay(t)
		row(h, ctx)
		h.GiveBack(ctx)
		if len(h.spare.sessions) != 0 || len(f.Asked("POST /auth/revoke")) == 0 {
			t.Errorf("a session %s: %d are left", name, len(h.spare.sessions))
		}
	}
}

func TestWhatUsesOnlyTheTokensOfASessionLeavesItAgain(t *testing.T) {
	_, h, ctx := stay(t)
	for range 3 {
		oauth.Issue(ctx, h)
		h.GiveBack(ctx)
	}
	if h.Logins() != 1 {
		t.Errorf("%d logins", h.Logins())
	}
}

func TestADeadSessionIsNoRowsSession(t *testing.T) {
	f, h, ctx := stay(t)
	h.Exchange(ctx, h.Code(ctx, Login{}))
	h.GiveBack(ctx)
	f.Forget()
	if got := h.OwnSession(ctx); got.Refresh == "refresh-1" || h.Logins() != 2 {
		t.Errorf("%+v after %d logins", got, h.Logins())
	}
}

func TestSessionsThatWereLeftAreGivenBackAtTheEndAndWhenTimeMoves(t *testing.T) {
	for name, end := range map[string]func(*Home, context.Context){
		"at the end": func(h *Home, ctx context.Context) { h.Leave(ctx) },
		"in time": func(h *Home, ctx context.Context) {
			_ = h.Advance(ctx, time.Minute)
			h.GiveBack(ctx)
		},
	} {
		f, h, ctx := stay(t)
		h.Clock = clock.None()
		h.Exchange(ctx, h.Code(ctx, Login{}))
		h.GiveBack(ctx)
		if n := len(f.Asked("POST /auth/revoke")); n != 0 {
			t.Errorf("%s: %d are given back early", name, n)
		}
		end(h, ctx)
		if n := len(f.Asked("POST /auth/revoke")); n != 1 {
			t.Errorf("%s: %d of 1 are given back", name, n)
		}
	}
}

func TestOnlySoManySessionsAreLeft(t *testing.T) {
	var s spare
	var granted []string
	for i := range mostSpare + 3 {
		token := string(rune('a' + i))
		s.expect(token)
		s.leave(token, oauth.Tokens{Access: token, Refresh: token})
		granted = append(granted, token)
	}
	granted = append(granted, granted[0]) // a home may return the same token from a refresh
	if back := s.settle(granted); len(s.sessions) != mostSpare || !slices.Equal(back, granted[mostSpare:mostSpare+3]) {
		t.Errorf("%d are left, %q given back", len(s.sessions), back)
	}
}

func TestSecretsAreSeenAndControlsRemembered(t *testing.T) {
	_, h, ctx := stay(t)
	for range mostSeen + 1 {
		h.Exchange(ctx, h.Code(ctx, Login{}))
	}
	if len(h.Codes()) != mostSeen || len(h.RefreshTokens()) != mostSeen || h.AccessTokens()[mostSeen-1] != "access-17" {
		t.Errorf("%q %q %q", h.Codes(), h.RefreshTokens(), h.AccessTokens())
	}
	if h.Held("a login works") {
		t.Error("a control held that nobody made")
	}
	h.Holds("a login works")
	if !h.Held("a login works") || h.Held("another works") {
		t.Error("controls are not told apart")
	}
	later := time.Now().Add(controlAge)
	h.seen.now = func() time.Time { return later }
	if h.Held("a login works") {
		t.Errorf("a control is good for more than %s", controlAge)
	}
	h.Answers(ctx)
}

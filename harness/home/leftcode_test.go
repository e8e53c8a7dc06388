package home

import (
	"context"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/authconform/authconform/harness/home/hometest"
	"github.com/authconform/authconform/harness/oauth"
)

func TestACodeThatARowLeftGoesToOneLaterRow(t *testing.T) {
	for name, login := range map[string]Login{
		"of the default client": {}, "of another": {ClientID: "http://app/", RedirectURI: "http://app/cb"},
	} {
		f, h, ctx := stay(t)
		longCodes(f)
		left := h.Code(ctx, login)
		if _, ok := h.SpareCode(ctx); ok {
			t.Errorf("%s: the row that got it may still use it", name)
		}
		h.GiveBack(ctx)
		code, ok := h.SpareCode(ctx)
		if _, again := h.SpareCode(ctx); !ok || code != left || again {
			t.Errorf("%s: %q of %q, and again: %t", name, code, left, again)
		}
		client := h.CodeGrant(code).Get("client_id")
		if want := login.filled(h).ClientID; client != want {
			t.Errorf("%s: it is redeemed by %s, not by %s", name, client, want)
		}
		fresh := oauth.Granted(h.Exchange(ctx, code), client)
		if by := h.RefreshGrant(oauth.Tokens{Refresh: fresh.Refresh, ClientID: h.Client().ID}).Get("client_id"); by != client {
			t.Errorf("%s: its session is refreshed by %s", name, by)
		}
	}
}

func TestACodeIsNotLeft(t *testing.T) {
	for name, row := range map[string]func(*Home, context.Context){
		"that was redeemed":    func(h *Home, ctx context.Context) { h.Exchange(ctx, h.Code(ctx, Login{})) },
		"that was nearly sent": func(h *Home, ctx context.Context) { h.Exchange(ctx, h.Code(ctx, Login{})[:20]) },
		"with a challenge":     func(h *Home, ctx context.Context) { h.Code(ctx, Login{Challenge: oauth.S256(oauth.Verifier)}) },
		"for linking":          func(h *Home, ctx context.Context) { h.Code(ctx, Login{Body: map[string]any{"type": "link_user"}}) },
		"of another client's last step": func(h *Home, ctx context.Context) {
			h.Code(ctx, Login{Finish: "http://app/"})
		},
		"of before time moved": func(h *Home, ctx context.Context) {
			h.Code(ctx, Login{})
			_ = h.Advance(ctx, time.Minute)
		},
	} {
		f, h, ctx := stay(t)
		longCodes(f)
		row(h, ctx)
		h.GiveBack(ctx)
		if code, ok := h.SpareCode(ctx); ok {
			t.Errorf("a code %s: %q", name, code)
		}
	}
}

func TestACodeIsNotLeftForLong(t *testing.T) {
	f, h, ctx := stay(t)
	longCodes(f)
	h.Code(ctx, Login{})
	h.GiveBack(ctx)
	later := time.Now().Add(codeAge + time.Second)
	h.seen.now = func() time.Time { return later }
	if _, ok := h.SpareCode(ctx); ok {
		t.Errorf("a code is left for more than %s", codeAge)
	}
}

func TestALoginCountsWhereAPasswordWasLookedAt(t *testing.T) {
	for status, want := range map[int]int{200: 1, 403: 1, 500: 1, 400: 0, 404: 0} {
		f, h, ctx := stay(t)
		f.Answers("POST /auth/login_flow/flow-1", status, `{}`)
		h.Login(ctx, Login{})
		h.Submit(ctx, "flow-1", h.Client().ID, map[string]any{"code": "123456"})
		if h.Logins() != want {
			t.Errorf("%d: %d logins, want %d", status, h.Logins(), want)
		}
	}
}

// longCodes lets the first flows of a fake end in codes as long as those of a home.
func longCodes(f *hometest.Home) {
	for i := 1; i <= 3; i++ {
		flow := "flow-" + strconv.Itoa(i)
		f.Answers("POST /auth/login_flow/"+flow, http.StatusOK,
			`{"type":"create_entry","flow_id":"`+flow+`","result":"code-0123456789abcdef-`+flow+`"}`)
	}
}

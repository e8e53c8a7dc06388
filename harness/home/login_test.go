package home

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/authconform/authconform/harness/home/hometest"
	"github.com/authconform/authconform/harness/oauth"
)

func TestASessionIsSharedAndRenewed(t *testing.T) {
	f, h, ctx := stay(t)
	first, second := h.Session(ctx), h.Session(ctx)
	if first.Refresh != second.Refresh || first.Access == second.Access || h.Logins() != 1 {
		t.Errorf("%+v and %+v after %d logins", first, second, h.Logins())
	}
	f.Forget()
	if third := h.Session(ctx); third.Refresh == first.Refresh || h.Logins() != 2 {
		t.Errorf("a session that has died lives on: %+v after %d logins", third, h.Logins())
	}
	h.Leave(ctx)
	if n := len(f.Asked("POST /auth/revoke")); n != 2 {
		t.Errorf("%d of 2 sessions are given back", n)
	}
}

func TestALoginThatGoesWrongBlocksItsSpec(t *testing.T) {
	for name, c := range map[string]struct {
		place, answer, want string
	}{
		"no flow":   {"POST /auth/login_flow", `{}`, "no login flow starts for client "},
		"no code":   {"POST /auth/login_flow/flow-1", `{"type":"form","errors":{"base":"invalid_auth"}}`, "the right password got no code: "},
		"no tokens": {"POST /auth/token", `{"refresh_token":"refresh-1"}`, "a fresh code yields no access token: "},
	} {
		f, h, _ := stay(t)
		f.Answers(c.place, http.StatusOK, c.answer)
		got := outcome(t, func(ctx context.Context) { h.Tokens(ctx, Login{}) })
		if !strings.HasPrefix(got.Reason, c.want) || strings.Contains(fmt.Sprint(got), hometest.Password) {
			t.Errorf("%s: %s, want %s", name, got.Reason, c.want)
		}
	}
}

func TestALoginIsWhatItsSpecAsks(t *testing.T) {
	f, h, _ := stay(t)
	other := oauth.Account{Username: "ada", Password: hometest.Password}
	outcome(t, func(ctx context.Context) {
		h.Login(ctx, Login{
			ClientID: "http://app/", RedirectURI: "http://app/cb", Challenge: "c", Method: "plain", Finish: "http://other/", Account: &other,
			Body: map[string]any{"handler": nil, "type": "authorize"},
		})
	})
	_, body, _ := cut(" {" + f.Asked("POST /auth/login_flow {")[0])
	want := map[string]any{
		"client_id": "http://app/", "redirect_uri": "http://app/cb", "type": "authorize",
		"code_challenge": "c", "code_challenge_method": "plain",
	}
	if !equal(body, want) {
		t.Errorf("it begins with %v, want %v", body, want)
	}
	if _, body, _ := cut(f.Asked("POST /auth/login_flow/")[0]); body["client_id"] != "http://other/" {
		t.Errorf("it goes on with %v", body)
	}
}

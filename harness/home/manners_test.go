package home

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/authconform/authconform/harness/home/hometest"
	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
)

// demands makes a home refuse login flows or tokens unless the request meets a condition.
func demands(f *hometest.Home, begin func(map[string]string) bool, redeem func(url.Values) bool) {
	f.Does("POST /auth/login_flow", func(w http.ResponseWriter, r *http.Request) {
		var body map[string]string
		raw, _ := io.ReadAll(r.Body)
		_ = json.Unmarshal(raw, &body) // handler is no string, but the other members are read
		if !begin(body) {
			hometest.Reply(w, http.StatusBadRequest, `{"message":"no"}`)
			return
		}
		hometest.Reply(w, http.StatusOK, `{"type":"form","flow_id":"flow-1","step_id":"init","errors":{}}`)
	})
	f.Does("POST /auth/token", func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		form, _ := url.ParseQuery(string(raw))
		if form.Get("grant_type") == "authorization_code" && !redeem(form) || form.Get("code") == "invented" {
			hometest.Reply(w, http.StatusBadRequest, `{"error":"invalid_request"}`)
			return
		}
		hometest.Reply(w, http.StatusOK, `{"access_token":"access-1","refresh_token":"refresh-1"}`)
	})
}

func TestWhatAHomeDemandsBesidesIsFoundOut(t *testing.T) {
	any := func(map[string]string) bool { return true }
	all := func(url.Values) bool { return true }
	verified := func(form url.Values) bool { return len(form.Get("code_verifier")) >= 43 }
	repeated := func(form url.Values) bool { return strings.HasSuffix(form.Get("redirect_uri"), "/callback") }
	both := func(f url.Values) bool { return verified(f) && repeated(f) }
	https := func(m map[string]string) bool { return strings.HasPrefix(m["client_id"], "https:") }
	for name, c := range map[string]struct {
		begin  func(map[string]string) bool
		redeem func(url.Values) bool
		want   Manners
	}{
		"nothing":                  {any, all, Manners{}},
		"PKCE of every login":      {func(m map[string]string) bool { return m["code_challenge"] != "" }, verified, Manners{Bound: true}},
		"PKCE of every code":       {any, verified, Manners{Bound: true}},
		"redirect_uri once more":   {any, repeated, Manners{Redirect: true}},
		"both":                     {any, both, Manners{Bound: true, Redirect: true}},
		"https":                    {https, all, Manners{Secure: true}},
		"https and redirect_uri":   {https, repeated, Manners{Secure: true, Redirect: true}},
		"something that we do not": {any, func(url.Values) bool { return false }, Manners{}},
	} {
		f, h, ctx := stay(t)
		demands(f, c.begin, c.redeem)
		if err := errors.Join(h.Probe(ctx), h.Enter(ctx)); err != nil || h.Facts.Manners != c.want {
			t.Errorf("%s: %+v, %v", name, h.Facts.Manners, err)
		}
		if outside := name == "something that we do not"; outside != (h.Facts.Outside != "") {
			t.Errorf("%s: outside: %s", name, h.Facts.Outside)
		} else if !outside && h.Tokens(ctx, Login{}).Access == "" {
			t.Errorf("%s: later logins do not mind it", name)
		}
	}
}

func TestASecondFactorIsNeverCalledAPassword(t *testing.T) {
	for name, c := range map[string]struct {
		date time.Time
		want string
	}{
		"clocks that agree":   {time.Now(), "is AUTHCONFORM_TOTP_SECRET the secret of this user"},
		"a clock that is off": {time.Now().Add(5 * time.Minute), "the target's clock is "},
	} {
		f, h, ctx := stay(t)
		f.WantsCode()
		f.Does("POST /auth/login_flow/flow-1", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Date", c.date.UTC().Format(http.TimeFormat))
			if raw, _ := io.ReadAll(r.Body); strings.Contains(string(raw), "password") {
				hometest.Reply(w, http.StatusOK, `{"type":"form","flow_id":"flow-1","step_id":"mfa","errors":{}}`)
				return
			}
			hometest.Reply(w, http.StatusOK, `{"type":"form","flow_id":"flow-1","step_id":"mfa","errors":{"base":"invalid_code"}}`)
		})
		h.Account.TOTPSecret = "MFRGG"
		err := h.Enter(ctx)
		if !errors.Is(err, ErrFactorCode) || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "user name") {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestAHomeThatAsksWhichSecondFactorIsAnswered(t *testing.T) {
	f, h, ctx := stay(t)
	f.WantsCode()
	f.Does("POST /auth/login_flow/flow-1", func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		switch {
		case strings.Contains(string(raw), `"password"`):
			hometest.Reply(w, http.StatusOK, `{"type":"form","flow_id":"flow-1","step_id":"select_mfa_module","errors":{}}`)
		case strings.Contains(string(raw), `"multi_factor_auth_module":"totp"`):
			hometest.Reply(w, http.StatusOK, `{"type":"form","flow_id":"flow-1","step_id":"mfa","errors":{}}`)
		case strings.Contains(string(raw), `"code":"`+oauth.TOTP(hometest.Secret, h.Clock.Now())):
			hometest.Reply(w, http.StatusOK, `{"type":"create_entry","flow_id":"flow-1","result":"code-1"}`)
		}
	})
	h.Account.TOTPSecret = hometest.Secret
	if err := h.Enter(ctx); err != nil || h.Facts.Outside != "" {
		t.Errorf("%v, %s", err, h.Facts.Outside)
	}
}

func TestTheLoginProviderThatIsMissingIsNamed(t *testing.T) {
	f, h, ctx := stay(t)
	f.Answers("GET /auth/providers", http.StatusOK, `[{"type":"trusted_networks"},{"type":"command_line"}]`)
	f.Answers("POST /auth/login_flow", http.StatusNotFound, `{"message":"Invalid handler specified"}`)
	err := errors.Join(h.Probe(ctx), h.Enter(ctx))
	for _, want := range []string{`at the login providers "homeassistant" and "command_line"`, "trusted_networks, command_line"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

func TestAUserWhoMayNotLogInIsToldOf(t *testing.T) {
	f, h, ctx := stay(t)
	f.Answers("POST /auth/login_flow/flow-1", http.StatusForbidden, `{"message":"Login blocked: User is not active"}`)
	if err := h.Enter(ctx); err == nil || !strings.Contains(err.Error(), "not active") || errors.Is(err, ErrCredentials) {
		t.Error(err)
	}
}

func TestWhatIsTakenThoughItIsInventedIsNoted(t *testing.T) {
	f, h, ctx := stay(t)
	f.Answers("POST /auth/token", http.StatusOK, `{"access_token":"access-1","refresh_token":"r"}`)
	if err := h.Enter(ctx); err != nil || len(h.Facts.Credulous) != 1 || h.Facts.Credulous[0] != judge.AnyCode {
		t.Errorf("%v, %v", err, h.Facts.Credulous)
	}
	f, h, ctx = stay(t) // a refusal inside a 200 counts as a refusal
	f.Does("POST /auth/token", func(w http.ResponseWriter, r *http.Request) {
		if raw, _ := io.ReadAll(r.Body); strings.Contains(string(raw), "invented") {
			hometest.Reply(w, http.StatusOK, `{"error":"invalid_grant"}`)
			return
		}
		hometest.Reply(w, http.StatusOK, `{"access_token":"access-1","refresh_token":"r"}`)
	})
	if err := h.Enter(ctx); err != nil || len(h.Facts.Credulous) != 0 {
		t.Errorf("%v, %v", err, h.Facts.Credulous)
	}
}

// TestAHomeWithoutLocalUsersIsEnteredThroughItsCommandLine: the flows of the other provider start, and no others.
func TestAHomeWithoutLocalUsersIsEnteredThroughItsCommandLine(t *testing.T) {
	f, h, ctx := stay(t)
	f.Answers("GET /auth/providers", http.StatusOK, `{"providers":[{"type":"trusted_networks"},{"type":"command_line","id":"ldap"}]}`)
	f.Does("POST /auth/login_flow", func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		if strings.Contains(string(raw), `["command_line","ldap"]`) {
			hometest.Reply(w, http.StatusOK, `{"type":"form","flow_id":"flow-1","step_id":"init","errors":{}}`)
			return
		}
		hometest.Reply(w, http.StatusNotFound, `{"message":"Invalid handler specified"}`)
	})
	if err := errors.Join(h.Probe(ctx), h.Enter(ctx)); err != nil || h.Facts.Outside != "" {
		t.Fatalf("%v, %s", err, h.Facts.Outside)
	}
	want := LoginProvider{"command_line", "ldap"}
	if h.Facts.Provider != want || *h.Facts.Command != want || h.Handler() != `["command_line","ldap"]` {
		t.Errorf("it enters through %+v, and the command is %+v", h.Facts.Provider, h.Facts.Command)
	}
}

package home

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/authconform/authconform/harness/home/hometest"
	"github.com/authconform/authconform/harness/oauth"
)

func TestAnAuthorizationRequestIsALoginFlow(t *testing.T) {
	f, h, ctx := stay(t)
	own := site(t).Origin()
	handler := []any{"homeassistant", nil}
	for name, c := range map[string]struct {
		change []oauth.Change
		want   map[string]any // what opens the flow
		client string         // who answers its forms
	}{
		"a good one": {
			nil,
			map[string]any{"client_id": own + "/", "redirect_uri": own + "/callback", "handler": handler}, own + "/",
		},
		"another client's": {
			[]oauth.Change{oauth.Set("client_id", "http://app"), oauth.Set("redirect_uri", "http://app/cb")},
			map[string]any{"client_id": "http://app", "redirect_uri": "http://app/cb", "handler": handler}, "http://app",
		},
		"one with PKCE": {
			oauth.Challenge(oauth.Verifier),
			map[string]any{
				"client_id": own + "/", "redirect_uri": own + "/callback", "handler": handler,
				"code_challenge": oauth.S256(oauth.Verifier), "code_challenge_method": "S256",
			}, own + "/",
		},
		"one without a client": {
			[]oauth.Change{oauth.Drop("client_id"), oauth.Drop("redirect_uri")},
			map[string]any{"handler": handler}, own + "/",
		},
	} {
		back := h.Authorize(ctx, h.Request().Apply(c.change...))
		if back.Code == "" || back.Query.Get("code") != back.Code || !back.Asked {
			t.Errorf("%s: %+v %s", name, back, back)
		}
		opened := f.Asked("POST /auth/login_flow {")
		var got map[string]any
		_ = json.Unmarshal([]byte("{"+opened[len(opened)-1]), &got)
		if !maps.EqualFunc(got, c.want, equal) {
			t.Errorf("%s opens %v, want %v", name, got, c.want)
		}
		forms := f.Asked("POST /auth/login_flow/")
		_, body, _ := cut(forms[len(forms)-1])
		if body["client_id"] != c.client || body["username"] != "ada" {
			t.Errorf("%s answers the form with %v", name, body)
		}
	}
}

func TestARefusedAuthorizationBringsNoCode(t *testing.T) {
	for name, c := range map[string]struct {
		place, answer string
		status        int
		why           string
		asked         bool
	}{
		"no flow":           {"POST /auth/login_flow", `{"message":"Invalid client id"}`, http.StatusBadRequest, "no login flow starts", false},
		"a refused end":     {"POST /auth/login_flow/flow-1", `{"message":"Invalid redirect URI"}`, http.StatusForbidden, "", true},
		"a wrong password":  {"POST /auth/login_flow/flow-1", `{"type":"form","errors":{"base":"invalid_auth"}}`, http.StatusOK, "", true},
		"a broken-off flow": {"POST /auth/login_flow/flow-1", `{"type":"abort","result":"not-a-code"}`, http.StatusOK, "", true},
	} {
		f, h, ctx := stay(t)
		f.Answers(c.place, c.status, c.answer)
		back := h.Authorize(ctx, h.Request())
		if back.Code != "" || back.Query != nil || back.Last.Status != c.status || back.Why != c.why || back.Asked != c.asked {
			t.Errorf("%s: %+v %s", name, back, back)
		}
	}
}

func TestASecondFactorIsAnsweredWhereItsSecretIsKnown(t *testing.T) {
	f, h, ctx := stay(t)
	f.WantsCode()
	if back := h.Authorize(ctx, h.Request()); back.Code != "" {
		t.Errorf("without its secret: %s", back)
	}
	h.Account.TOTPSecret = hometest.Secret
	if back := h.Authorize(ctx, h.Request()); back.Code == "" {
		t.Errorf("with its secret: %s", back)
	}
	if h.Logins() != 2 {
		t.Errorf("%d passwords were checked, want 2", h.Logins())
	}
}

func TestAHomePlaysTheRolesOfAnOAuthServer(t *testing.T) {
	f, h, ctx := stay(t)
	tokens := oauth.IssueRefreshable(ctx, h)
	if e := h.Renew(ctx, tokens.Refresh); e.Text("access_token") == "" {
		t.Errorf("renewed: %s", e)
	}
	if e := h.Fetch(ctx, "Bearer "+tokens.Access); e.Status != http.StatusOK {
		t.Errorf("fetched: %s", e)
	}
	if e := h.Fetch(ctx, ""); e.Status != http.StatusUnauthorized {
		t.Errorf("fetched by nobody: %s", e)
	}
	h.FetchQuery(ctx, "access_token=x")
	h.SendToken(ctx, http.MethodPut, "a=b", "text/plain", "body")
	h.Revoke(ctx, tokens.Refresh, oauth.Add("token_type_hint", "refresh_token"))
	h.Document(ctx)
	if e := h.Renew(ctx, tokens.Refresh); e.Status != http.StatusBadRequest {
		t.Errorf("renewed after its end: %s", e)
	}
	same(t, "revoked", f.Asked("POST /auth/revoke"), "token="+tokens.Refresh+"&token_type_hint=refresh_token")
	same(t, "sent", f.Asked("PUT /auth/token"), "body")
	if len(f.Asked("GET /.well-known/oauth-authorization-server")) != 1 || h.Issuers()[0] != f.URL || h.Endpoint().URL != f.URL+"/auth/token" {
		t.Errorf("metadata of %v, tokens at %s", h.Issuers(), h.Endpoint().URL)
	}
	if h.Public() != h.Default() || h.Other().ID == h.Default().ID || h.Other().Redirect != site(t).Other()+"/callback" {
		t.Errorf("clients %+v and %+v", h.Default(), h.Other())
	}
	if err := h.Advance(ctx, time.Hour); err == nil {
		t.Error("a clock that nothing moves was moved")
	}
}

// Before 2026.10 the login page drops what it does not know, and the login flow refuses it.
func TestAHomeFromBeforePKCEGetsTheRequestThatItsPageMakes(t *testing.T) {
	f, h, ctx := stay(t)
	f.Does("POST /auth/login_flow", func(w http.ResponseWriter, r *http.Request) {
		if body, _ := io.ReadAll(r.Body); strings.Contains(string(body), "code_challenge") {
			http.Error(w, `{"message":"extra keys not allowed"}`, http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"type":"form","flow_id":"flow-1"}`)
	})
	bound := h.Request().Apply(oauth.Challenge(oauth.Verifier)...)
	if h.Facts.PKCE = true; h.Authorize(ctx, bound).Code != "" {
		t.Error("a home that announces PKCE refuses the challenge, and a code comes all the same")
	}
	if h.Facts.PKCE = false; h.Authorize(ctx, bound).Code == "" {
		t.Error("no code from a home that does not know PKCE")
	}
}

func TestAResourceGetsNoFartherThanTheLoginPage(t *testing.T) {
	f, h, ctx := stay(t)
	named := h.Request().Apply(oauth.Set("resource", "https://home.example"))
	f.Answers("GET /auth/authorize", http.StatusOK, "<!doctype html>")
	if back := h.Authorize(ctx, named); back.Code == "" {
		t.Errorf("no code: %s", back)
	}
	f.Answers("GET /auth/authorize", http.StatusBadRequest, "resource is not known")
	if back := h.Authorize(ctx, named); back.Code != "" || back.Last.Status != http.StatusBadRequest {
		t.Errorf("the page refuses, and %s", back)
	}
}

package home

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/authconform/authconform/harness/home/hometest"
	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/kind"
)

func TestWhatIsNoHomeIsToldFromWhatIsOne(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		answer string
		want   error
	}{
		"a home":                    {http.StatusOK, `{"providers":[{"type":"homeassistant"}]}`, nil},
		"one before 2024.2":         {http.StatusOK, `[{"type":"homeassistant"}]`, nil},
		"one that waits for owners": {http.StatusBadRequest, `{"code":"onboarding_required"}`, ErrNotOnboarded},
		"no providers":              {http.StatusOK, `{"providers":[]}`, ErrNoHome},
		"another answer":            {http.StatusOK, `{}`, ErrNoHome},
		"a page of something else":  {http.StatusNotFound, `<p>no`, ErrNoHome},
		"one refusal of many":       {http.StatusForbidden, `{}`, ErrNoHome},
	} {
		f, h, ctx := stay(t)
		f.Answers("GET /auth/providers", c.status, c.answer)
		f.Answers("GET /api/onboarding", http.StatusOK, `[{"step":"user","done":false}]`)
		f.Answers("POST /auth/login_flow", http.StatusNotFound, "")
		err := h.Probe(ctx)
		if err == nil {
			err = h.Enter(ctx)
		}
		if !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func TestAHomeWhoseListOfProvidersIsWrongIsAHome(t *testing.T) {
	for name, answer := range map[string]string{
		"no list": "{}", "an empty one": "[]", "no type": `[{"name":"x"}]`, "a page": "<p>no",
		"onboarding for ever": `{"code":"onboarding_required"}`,
	} {
		f, h, ctx := stay(t)
		f.Answers("GET /auth/providers", http.StatusBadRequest, answer)
		f.Answers("GET /api/onboarding", http.StatusNotFound, "")
		if err := errors.Join(h.Probe(ctx), h.Enter(ctx)); err != nil || h.Facts.Outside != "" {
			t.Errorf("%s: %v, %+v", name, err, h.Facts)
		}
	}
}

func TestABanIsARefusalOfWhatIsEverybodys(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		body   string
		want   error
	}{
		"a ban's answer":       {http.StatusForbidden, "403: Forbidden", ErrBanned},
		"one without a body":   {http.StatusForbidden, "", ErrBanned},
		"a page of a firewall": {http.StatusForbidden, "<title>Blocked</title><p>by policy", kind.ErrRefuses},
		"a limit":              {http.StatusTooManyRequests, "", kind.ErrRefuses},
	} {
		f, h, ctx := stay(t)
		f.Answers("GET /auth/providers", c.status, c.body)
		f.Answers("GET /auth/authorize", c.status, c.body)
		if err := h.Probe(ctx); !errors.Is(err, c.want) || errors.Is(err, kind.ErrBanned) != errors.Is(c.want, ErrBanned) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	f, h, ctx := stay(t)
	f.Close()
	if err := h.Probe(ctx); !errors.Is(err, kind.ErrUnreachable) {
		t.Errorf("nobody there: %v", err)
	}
}

func TestAHomeSaysWhatItOffers(t *testing.T) {
	const metadata = "GET /.well-known/oauth-authorization-server"
	for name, c := range map[string]struct {
		status int
		answer string
		want   Facts
	}{
		"nothing":        {http.StatusNotFound, "", Facts{}},
		"no metadata":    {http.StatusOK, "hello", Facts{}},
		"PKCE":           {http.StatusOK, `{"code_challenge_methods_supported":["plain","S256"]}`, Facts{PKCE: true}},
		"plain PKCE":     {http.StatusOK, `{"code_challenge_methods_supported":["plain"]}`, Facts{}},
		"client ids":     {http.StatusOK, `{"client_id_metadata_document_supported":true}`, Facts{CIMD: true}},
		"words for true": {http.StatusOK, `{"client_id_metadata_document_supported":"true"}`, Facts{}},
	} {
		f, h, ctx := stay(t)
		f.Answers(metadata, c.status, c.answer)
		if err := h.Probe(ctx); err != nil {
			t.Fatal(err)
		}
		got := h.Facts
		if got.PKCE != c.want.PKCE || got.CIMD != c.want.CIMD || got.Resource {
			t.Errorf("%s: %+v", name, got)
		}
		if documented := strings.HasPrefix(c.answer, "{"); got.Metadata != documented {
			t.Errorf("%s: metadata %v", name, got.Metadata)
		}
	}
	f, h, ctx := stay(t)
	f.Answers("GET /.well-known/oauth-protected-resource", http.StatusOK, "{}")
	if err := h.Probe(ctx); err != nil || !h.Facts.Resource {
		t.Errorf("%+v, %v", h.Facts, err)
	}
}

func TestWhoDoesNotGetInIsToldWhy(t *testing.T) {
	says := func(place string, status int, body string) func(*hometest.Home, *Home) {
		return func(f *hometest.Home, _ *Home) { f.Answers(place, status, body) }
	}
	factor := func(known string) func(*hometest.Home, *Home) {
		return func(f *hometest.Home, h *Home) { f.WantsCode(); h.Account.TOTPSecret = known }
	}
	open := func(f *hometest.Home, _ *Home) {
		f.Answers("POST /auth/token", http.StatusOK, `{"access_token":"access-1","refresh_token":"r"}`)
		f.Answers("GET /api/", http.StatusOK, `{}`)
		f.Answers("POST /auth/login_flow/flow-1", http.StatusOK, `{"type":"create_entry","result":"code-1"}`)
		f.Answers("POST /auth/login_flow/flow-2", http.StatusOK, `{"type":"create_entry","result":"code-2"}`)
	}
	for name, c := range map[string]struct {
		change func(*hometest.Home, *Home)
		want   error
	}{
		"all is well":               {func(*hometest.Home, *Home) {}, nil},
		"a wrong password":          {func(_ *hometest.Home, h *Home) { h.Account.Password = "wrong" }, ErrCredentials},
		"no second factor":          {factor(""), ErrSecondFactor},
		"a second factor":           {factor(hometest.Secret), nil},
		"a wrong one":               {factor("MFRGG"), ErrFactorCode},
		"no login flow":             {says("POST /auth/login_flow", http.StatusNotFound, ""), nil},
		"a flow without end":        {says("POST /auth/login_flow/flow-1", http.StatusOK, `{"type":"abort"}`), nil},
		"no tokens":                 {says("POST /auth/token", http.StatusOK, `{}`), nil},
		"a door that is open":       {open, nil},
		"one where only the API is": {says("GET /api/", http.StatusOK, `{}`), nil},
	} {
		f, h, ctx := stay(t)
		c.change(f, h)
		err := errors.Join(h.Probe(ctx), h.Enter(ctx))
		if !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if err != nil && (strings.Contains(err.Error(), h.Account.Password) || strings.Contains(err.Error(), hometest.Secret)) {
			t.Errorf("%s: the error holds a secret: %v", name, err)
		}
	}
}

func TestOnlyAUserSeesTheReleaseAndTheRights(t *testing.T) {
	f, h, ctx := stay(t)
	f.Knows("auth/current_user", func(map[string]any) (any, string) { return map[string]any{"is_admin": true}, "" })
	f.Answers("GET /api/authconform_demo", http.StatusOK, `{}`)
	if err := h.Enter(ctx); err != nil {
		t.Fatal(err)
	}
	if !h.Facts.Admin || h.Facts.Version != "2026.11.0" || !h.Facts.Testbed || h.OpenSession().Refresh == "" {
		t.Errorf("%+v, session %+v", h.Facts, h.OpenSession())
	}
	_, h, ctx = stay(t) // a user without the right
	if err := h.Enter(ctx); err != nil || h.Facts.Admin || h.Facts.Testbed {
		t.Errorf("%+v, %v", h.Facts, err)
	}
}

func TestAFreshHomeGetsItsOwner(t *testing.T) {
	good := func(f *hometest.Home) {
		f.Answers("POST /api/onboarding/users", http.StatusOK, `{"auth_code":"code-1"}`)
		for _, step := range []string{"core_config", "analytics", "integration"} {
			f.Answers("POST /api/onboarding/"+step, http.StatusOK, `{}`)
		}
	}
	says := func(place string, status int, body string) func(*hometest.Home) {
		return func(f *hometest.Home) { f.Answers("POST "+place, status, body) }
	}
	for name, c := range map[string]struct {
		change func(*hometest.Home)
		want   string
	}{
		"a fresh home":         {func(*hometest.Home) {}, ""},
		"a step that was done": {says("/api/onboarding/analytics", http.StatusForbidden, ""), ""},
		"one with an owner":    {says("/api/onboarding/users", http.StatusForbidden, ""), ErrOnboarded.Error()},
		"a later one":          {says("/api/onboarding/users", http.StatusNotFound, ""), ErrOnboarded.Error()},
		"no home": {
			says("/api/onboarding/users", http.StatusOK, "{}"),
			"the target is not a home: POST /api/onboarding/users answers 200 {}",
		},
		"no tokens":           {says("/auth/token", http.StatusBadRequest, "{}"), "a fresh code yields no access token: 400 {}"},
		"a step that fails":   {says("/api/onboarding/core_config", 500, ""), "onboarding step core_config answers 500"},
		"the last that fails": {says("/api/onboarding/integration", 403, ""), "onboarding step integration answers 403"},
	} {
		f, h, ctx := stay(t)
		good(f)
		c.change(f)
		err := h.Onboard(ctx)
		if c.want == "" && err != nil || c.want != "" && (err == nil || err.Error() != c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
		if c.want == "" && len(f.Asked("POST /auth/revoke")) != 1 {
			t.Errorf("%s: the token of the onboarding is not given back", name)
		}
	}
}

func TestASiteOnAnotherMachineIsTried(t *testing.T) {
	for name, c := range map[string]struct {
		local, documents bool // the home is on this machine; it says that it fetches metadata documents
		fetches, trusts  bool // what it does: over http, and over https
		want             Facts
	}{
		"a home on this machine":         {local: true, want: Facts{Fetches: true}},
		"one elsewhere that fetches":     {fetches: true, want: Facts{Fetches: true}},
		"one elsewhere that does not":    {},
		"one that trusts our CA":         {local: true, documents: true, trusts: true, want: Facts{Fetches: true, TrustsCA: true}},
		"one that does not":              {local: true, documents: true, want: Facts{Fetches: true}},
		"one that fetches no documents":  {local: true, trusts: true, want: Facts{Fetches: true}},
		"one elsewhere that fetches all": {documents: true, fetches: true, trusts: true, want: Facts{Fetches: true, TrustsCA: true}},
	} {
		f, h, ctx := stay(t)
		h.Facts.CIMD = c.documents
		f.Does("POST /auth/login_flow", func(w http.ResponseWriter, r *http.Request) {
			var body struct {
				ClientID string `json:"client_id"`
			}
			_ = json.NewDecoder(r.Body).Decode(&body)
			if page, _ := url.Parse(body.ClientID); page.Scheme == "https" && c.trusts || page.Scheme == "http" && c.fetches {
				h.Site.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, page.Path, nil))
			}
			hometest.Reply(w, http.StatusOK, `{"type":"abort"}`)
		})
		h.LookAtSite(ctx, c.local)
		if h.Facts.Fetches != c.want.Fetches || h.Facts.TrustsCA != c.want.TrustsCA {
			t.Errorf("%s: %+v, want %+v", name, h.Facts, c.want)
		}
	}
}

func TestWhoAsksForAHomeOutsideOfARunIsADefectOfOurs(t *testing.T) {
	_, h, ctx := stay(t)
	if From(With(ctx, h)) != h {
		t.Error("it is another home")
	}
	defer func() {
		if recover() == nil {
			t.Error("a home is found in no context")
		}
	}()
	From(judge.With(t.Context(), judge.NewRecord()))
}

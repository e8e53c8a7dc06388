package mockprovider_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"github.com/authconform/authconform/mockprovider"
)

const redirect = "http://127.0.0.1:8123/auth/external/callback"

func started(t *testing.T, change ...func(*mockprovider.Options)) *mockprovider.Server {
	t.Helper()
	o := mockprovider.Options{Apps: []mockprovider.App{
		{ID: "home", Secret: "s3cret &+=é", Name: "My home", Owner: "dora", Redirects: []string{redirect}},
		{ID: "other", Secret: "other-secret", Name: "Other", Owner: "dora", Redirects: []string{redirect}},
		{ID: "phone", Name: "Phone", Owner: "dora", Redirects: []string{redirect}, Public: true},
	}}
	for _, c := range change {
		c(&o)
	}
	return mockprovider.Start(t, o)
}

func config(p *mockprovider.Server) oauth2.Config {
	return oauth2.Config{ClientID: "home", ClientSecret: "s3cret &+=é", RedirectURL: redirect, Endpoint: oauth2.Endpoint{AuthURL: p.URL + "/oauth/authorize", TokenURL: p.URL + "/oauth/token"}}
}

// browser is a person's: it keeps cookies and follows redirects on the provider alone.
func browser(t testing.TB, p *mockprovider.Server) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(r.URL.String(), p.URL) {
			return nil
		}
		return http.ErrUseLastResponse
	}}
}

var input = regexp.MustCompile(`name="(csrf|query)" value="([^"]*)"`)

func read(t testing.TB, resp *http.Response, err error) (int, string) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(raw)
}

func fieldsOf(page string) url.Values {
	form := url.Values{}
	for _, m := range input.FindAllStringSubmatch(page, -1) {
		form.Set(m[1], strings.NewReplacer("&amp;", "&", "&#43;", "+", "&#34;", `"`, "&#39;", "'").Replace(m[2]))
	}
	return form
}

// consent goes through login and consent, and returns the query that comes back.
func consent(t testing.TB, p *mockprovider.Server, b *http.Client, authorize, decision string) url.Values {
	t.Helper()
	resp, err := b.Get(authorize)
	_, page := read(t, resp, err)
	if strings.Contains(page, `name="password"`) {
		form := fieldsOf(page)
		form.Set("username", "ben")
		form.Set("password", "ben-password")
		resp, err = b.PostForm(p.URL+"/oauth/login", form)
		_, page = read(t, resp, err)
	}
	form := fieldsOf(page)
	form.Set("decision", decision)
	resp, err = b.PostForm(p.URL+"/oauth/consent", form)
	status, _ := read(t, resp, err)
	to, err := resp.Location()
	if err != nil || status != http.StatusSeeOther {
		t.Fatalf("consent: %d %v", status, err)
	}
	return to.Query()
}

func TestWholeFlow(t *testing.T) {
	t.Parallel()
	p := started(t)
	for _, pkce := range []bool{false, true} {
		c := config(p)
		verifier := oauth2.GenerateVerifier()
		var ask, redeem []oauth2.AuthCodeOption
		if pkce {
			ask, redeem = []oauth2.AuthCodeOption{oauth2.S256ChallengeOption(verifier)}, []oauth2.AuthCodeOption{oauth2.VerifierOption(verifier)}
		}
		back := consent(t, p, browser(t, p), c.AuthCodeURL("a=b&c +%", ask...), "allow")
		if back.Get("state") != "a=b&c +%" || back.Get("iss") != p.URL {
			t.Errorf("came back: %v", back)
		}
		token, err := c.Exchange(t.Context(), back.Get("code"), redeem...)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := c.Client(t.Context(), token).Get(p.URL + "/api/me")
		if status, body := read(t, resp, err); status != http.StatusOK || !strings.Contains(body, `"id":"ben"`) {
			t.Errorf("%d %s", status, body)
		}
		p.Clock().Advance(31 * time.Minute)
		token.Expiry = time.Now().Add(-time.Minute)
		fresh, err := c.TokenSource(t.Context(), token).Token()
		if err != nil || fresh.RefreshToken == token.RefreshToken {
			t.Fatalf("refresh: %v", err)
		}
		if _, err := c.TokenSource(t.Context(), token).Token(); err == nil {
			t.Error("a spent refresh token is taken")
		}
		fresh.Expiry = time.Now().Add(-time.Minute)
		if _, err := c.TokenSource(t.Context(), fresh).Token(); err == nil {
			t.Error("the grant lives on after reuse")
		}
	}
}

func TestDenied(t *testing.T) {
	t.Parallel()
	p := started(t)
	c := config(p)
	back := consent(t, p, browser(t, p), c.AuthCodeURL("x"), "deny")
	if back.Get("error") != "access_denied" || back.Get("state") != "x" || back.Get("code") != "" {
		t.Errorf("%v", back)
	}
}

func TestAuthorizationErrors(t *testing.T) {
	t.Parallel()
	p := started(t)
	good := url.Values{"response_type": {"code"}, "client_id": {"home"}, "redirect_uri": {redirect}, "state": {"s"}}
	for name, v := range map[string]struct {
		change map[string]string
		status int
		error  string
	}{
		"unknown client":       {map[string]string{"client_id": "nobody"}, 400, ""},
		"a slash more":         {map[string]string{"redirect_uri": redirect + "/"}, 400, ""},
		"https for http":       {map[string]string{"redirect_uri": strings.Replace(redirect, "http", "https", 1)}, 400, ""},
		"no response_type":     {map[string]string{"response_type": ""}, 303, "invalid_request"},
		"token":                {map[string]string{"response_type": "token"}, 303, "unsupported_response_type"},
		"unknown scope":        {map[string]string{"scope": "profile root"}, 303, "invalid_scope"},
		"plain":                {map[string]string{"code_challenge": strings.Repeat("a", 43), "code_challenge_method": "plain"}, 303, "invalid_request"},
		"short challenge":      {map[string]string{"code_challenge": "a", "code_challenge_method": "S256"}, 303, "invalid_request"},
		"public without PKCE":  {map[string]string{"client_id": "phone"}, 303, "invalid_request"},
		"unknown parameter":    {map[string]string{"foo": "bar"}, 200, ""},
		"script in a redirect": {map[string]string{"redirect_uri": "<script>alert(1)</script>"}, 400, ""},
	} {
		t.Run(name, func(t *testing.T) {
			q := url.Values{}
			for k, list := range good {
				q[k] = list
			}
			for k, value := range v.change {
				q.Set(k, value)
			}
			resp, err := browser(t, p).Get(p.URL + "/oauth/authorize?" + q.Encode())
			status, body := read(t, resp, err)
			if status != v.status || strings.Contains(body, "<script") {
				t.Errorf("%d %s", status, body)
			}
			if v.error != "" {
				to, _ := resp.Location()
				if to == nil || to.Query().Get("error") != v.error || to.Query().Get("state") != "s" {
					t.Errorf("sent to %v", to)
				}
			}
		})
	}
}

func TestTokenRefusals(t *testing.T) {
	t.Parallel()
	p := started(t)
	c := config(p)
	b := browser(t, p)
	code := func() string { return consent(t, p, b, c.AuthCodeURL("x"), "allow").Get("code") }
	good := func() url.Values {
		return url.Values{"grant_type": {"authorization_code"}, "code": {code()}, "redirect_uri": {redirect}, "client_id": {"home"}, "client_secret": {"s3cret &+=é"}}
	}
	for name, v := range map[string]struct {
		change func(url.Values)
		status int
		error  string
	}{
		"wrong secret":   {func(f url.Values) { f.Set("client_secret", "x") }, 401, "invalid_client"},
		"no secret":      {func(f url.Values) { f.Del("client_secret") }, 401, "invalid_client"},
		"other client":   {func(f url.Values) { f.Set("client_id", "other"); f.Set("client_secret", "other-secret") }, 400, "invalid_grant"},
		"other redirect": {func(f url.Values) { f.Set("redirect_uri", redirect+"/") }, 400, "invalid_grant"},
		"no redirect":    {func(f url.Values) { f.Del("redirect_uri") }, 400, "invalid_grant"},
		"a verifier":     {func(f url.Values) { f.Set("code_verifier", strings.Repeat("a", 43)) }, 400, "invalid_grant"},
		"no grant type":  {func(f url.Values) { f.Del("grant_type") }, 400, "invalid_request"},
		"password grant": {func(f url.Values) { f.Set("grant_type", "password") }, 400, "unsupported_grant_type"},
		"twice":          {func(f url.Values) { f.Add("code", "y") }, 400, "invalid_request"},
		"good":           {func(url.Values) {}, 200, ""},
	} {
		t.Run(name, func(t *testing.T) {
			f := good()
			v.change(f)
			resp, err := http.PostForm(p.URL+"/oauth/token", f)
			status, body := read(t, resp, err)
			var answer struct{ Error string }
			if json.Unmarshal([]byte(body), &answer) != nil || status != v.status || answer.Error != v.error || resp.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("%d %s", status, body)
			}
		})
	}
	f := good()
	resp, err := http.PostForm(p.URL+"/oauth/token", f)
	_, body := read(t, resp, err)
	var first struct {
		Access string `json:"access_token"`
	}
	_ = json.Unmarshal([]byte(body), &first)
	resp, err = http.PostForm(p.URL+"/oauth/token", f)
	if status, _ := read(t, resp, err); status != http.StatusBadRequest {
		t.Errorf("a code works twice: %d", status)
	}
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, p.URL+"/api/me", nil)
	req.Header.Set("Authorization", "Bearer "+first.Access)
	resp, err = http.DefaultClient.Do(req)
	if status, _ := read(t, resp, err); status != http.StatusUnauthorized {
		t.Errorf("the tokens of a code that came again live: %d", status)
	}
}

// TestThousandFlows: nothing is lost and nothing is given twice.
func TestThousandFlows(t *testing.T) {
	t.Parallel()
	p := started(t)
	const flows, people = 1000, 20
	var mu sync.Mutex
	seen := map[string]bool{}
	var wg sync.WaitGroup
	for range people {
		wg.Go(func() {
			b, c := browser(t, p), config(p)
			for range flows / people {
				back := consent(t, p, b, c.AuthCodeURL("x"), "allow")
				token, err := c.Exchange(context.Background(), back.Get("code"))
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				for _, s := range []string{token.AccessToken, token.RefreshToken} {
					if seen[s] {
						t.Error("a token was given twice")
					}
					seen[s] = true
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if len(seen) != 2*flows {
		t.Errorf("%d tokens of %d flows", len(seen), flows)
	}
}

func TestConsole(t *testing.T) {
	t.Parallel()
	p := started(t)
	call := func(method, path, body string) (int, map[string]any) {
		req, _ := http.NewRequestWithContext(t.Context(), method, p.URL+path, strings.NewReader(body))
		req.SetBasicAuth("dora", "dora-password")
		resp, err := http.DefaultClient.Do(req)
		status, raw := read(t, resp, err)
		var v map[string]any
		_ = json.Unmarshal([]byte(raw), &v)
		return status, v
	}
	status, made := call("POST", "/console/api/apps", `{"name":"<b>Home</b>","redirect_uris":["https://home.example/auth/external/callback"]}`)
	if status != http.StatusCreated || made["client_secret"] == "" {
		t.Fatalf("%d %v", status, made)
	}
	at := "/console/api/apps/" + fmt.Sprint(made["client_id"])
	if status, v := call("GET", at, ""); status != 200 || v["client_secret"] != nil {
		t.Errorf("the secret is shown again: %d %v", status, v)
	}
	if status, v := call("POST", at+"/redirects", `{"url":"https://home.example/auth/external/callback/"}`); status != 400 || !strings.Contains(fmt.Sprint(v["message"]), "slash") {
		t.Errorf("%d %v", status, v)
	}
	if status, v := call("POST", at+"/secret", ""); status != 200 || v["client_secret"] == made["client_secret"] {
		t.Errorf("%d %v", status, v)
	}
	for name, body := range map[string]string{"no JSON": "{", "a list": "[]", "a number": `{"name":5}`, "another member": `{"name":"x","secret":"y"}`, "no name": `{"name":" "}`, "control": `{"name":"a\u0000b"}`, "long": `{"name":"` + strings.Repeat("x", 5000) + `"}`} {
		if status, v := call("POST", "/console/api/apps", body); status != http.StatusBadRequest || v["hint"] == nil {
			t.Errorf("%s: %d %v", name, status, v)
		}
	}
	if status, _ := call("DELETE", at, ""); status != 200 {
		t.Errorf("delete: %d", status)
	}
	if status, _ := call("GET", at, ""); status != http.StatusNotFound {
		t.Errorf("after delete: %d", status)
	}
}

func TestConsolePages(t *testing.T) {
	t.Parallel()
	p := started(t)
	b := browser(t, p)
	resp, err := b.Get(p.URL + "/console")
	_, page := read(t, resp, err)
	form := fieldsOf(page)
	form.Set("username", "dora")
	form.Set("password", "dora-password")
	resp, err = b.PostForm(p.URL+"/console/login", form)
	_, page = read(t, resp, err)
	form = fieldsOf(page)
	form.Set("name", `<script>alert("x")</script>`)
	form.Set("redirect", "http://home.example/auth/external/callback")
	resp, err = b.PostForm(p.URL+"/console/apps", form)
	status, page := read(t, resp, err)
	if status != http.StatusBadRequest || !strings.Contains(page, "https://home.example/auth/external/callback") || strings.Contains(page, "<script>alert") {
		t.Errorf("%d %s", status, page)
	}
	form.Set("redirect", "https://home.example/auth/external/callback")
	resp, err = b.PostForm(p.URL+"/console/apps", form)
	if status, page = read(t, resp, err); status != 200 || !strings.Contains(page, "not shown again") || strings.Contains(page, "<script>alert") {
		t.Errorf("%d %s", status, page)
	}
	form.Del("csrf")
	resp, err = b.PostForm(p.URL+"/console/apps", form)
	if status, _ = read(t, resp, err); status != http.StatusForbidden {
		t.Errorf("without csrf: %d", status)
	}
}

package mockprovider_test

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"github.com/authconform/authconform/mockprovider"
)

const (
	redirect = "http://127.0.0.1:8123/auth/external/callback"
	secret   = "s3cret &+=é"
)

func started(t *testing.T, change ...func(*mockprovider.Options)) *mockprovider.Server {
	t.Helper()
	o := mockprovider.Options{Apps: []mockprovider.App{
		{ID: "home", Secret: secret, Name: "My home", Owner: "dora", Redirects: []string{redirect}},
		{ID: "other", Secret: "other-secret", Name: "Other", Owner: "dora", Redirects: []string{redirect}},
		{ID: "phone", Name: "Phone", Owner: "dora", Redirects: []string{redirect}, Public: true},
	}}
	for _, c := range change {
		c(&o)
	}
	return mockprovider.Start(t, o)
}

func config(p *mockprovider.Server) oauth2.Config {
	return oauth2.Config{
		ClientID: "home", ClientSecret: secret, RedirectURL: redirect,
		Endpoint: oauth2.Endpoint{AuthURL: p.URL + "/oauth/authorize", TokenURL: p.URL + "/oauth/token"},
	}
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

func TestAnAppIsLinkedRefreshedAndCaughtAtReuse(t *testing.T) {
	t.Parallel()
	p := started(t)
	for _, pkce := range []bool{false, true} {
		c := config(p)
		verifier := oauth2.GenerateVerifier()
		var ask, redeem []oauth2.AuthCodeOption
		if pkce {
			ask = append(ask, oauth2.S256ChallengeOption(verifier))
			redeem = append(redeem, oauth2.VerifierOption(verifier))
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

func TestWhoSaysNoComesBackWithAnError(t *testing.T) {
	t.Parallel()
	p := started(t)
	c := config(p)
	back := consent(t, p, browser(t, p), c.AuthCodeURL("x"), "deny")
	if back.Get("error") != "access_denied" || back.Get("state") != "x" || back.Get("code") != "" {
		t.Errorf("%v", back)
	}
}

func challenged(challenge, method string) map[string]string {
	return map[string]string{"code_challenge": challenge, "code_challenge_method": method}
}

func TestAWrongAuthorizationRequestIsRefused(t *testing.T) {
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
		"plain":                {challenged(strings.Repeat("a", 43), "plain"), 303, "invalid_request"},
		"short challenge":      {challenged("a", "S256"), 303, "invalid_request"},
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

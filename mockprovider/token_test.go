package mockprovider_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

func TestAWrongTokenRequestIsRefused(t *testing.T) {
	t.Parallel()
	p := started(t)
	c := config(p)
	b := browser(t, p)
	code := func() string { return consent(t, p, b, c.AuthCodeURL("x"), "allow").Get("code") }
	good := func() url.Values {
		return url.Values{
			"grant_type": {"authorization_code"}, "code": {code()}, "redirect_uri": {redirect},
			"client_id": {"home"}, "client_secret": {secret},
		}
	}
	for name, v := range map[string]struct {
		change func(url.Values)
		status int
		error  string
	}{
		"wrong secret": {func(f url.Values) { f.Set("client_secret", "x") }, 401, "invalid_client"},
		"no secret":    {func(f url.Values) { f.Del("client_secret") }, 401, "invalid_client"},
		"other client": {func(f url.Values) {
			f.Set("client_id", "other")
			f.Set("client_secret", "other-secret")
		}, 400, "invalid_grant"},
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
			if json.Unmarshal([]byte(body), &answer) != nil || status != v.status || answer.Error != v.error {
				t.Errorf("%d %s", status, body)
			}
			if kept := resp.Header.Get("Cache-Control"); kept != "no-store" {
				t.Errorf("Cache-Control: %q", kept)
			}
		})
	}
}

func TestACodeThatComesAgainEndsItsTokens(t *testing.T) {
	t.Parallel()
	p := started(t)
	c := config(p)
	f := url.Values{
		"grant_type": {"authorization_code"}, "redirect_uri": {redirect}, "client_id": {"home"}, "client_secret": {secret},
		"code": {consent(t, p, browser(t, p), c.AuthCodeURL("x"), "allow").Get("code")},
	}
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

func TestACodeRedeemedFromManySidesWorksOnce(t *testing.T) {
	t.Parallel()
	p := started(t)
	c := config(p)
	code := consent(t, p, browser(t, p), c.AuthCodeURL("x"), "allow").Get("code")
	var won atomic.Int64
	var wg sync.WaitGroup
	for range 32 {
		wg.Go(func() {
			if _, err := c.Exchange(context.Background(), code); err == nil {
				won.Add(1)
			}
		})
	}
	wg.Wait()
	if won.Load() != 1 {
		t.Errorf("%d got tokens for one code", won.Load())
	}
}

func TestOfAThousandFlowsNothingIsLostAndNothingGivenTwice(t *testing.T) {
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

package server

import (
	"net/http"
	"slices"
	"testing"

	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
	"github.com/authconform/authconform/suites/expect"
	"github.com/authconform/authconform/suites/profiles"
)

// clients are a default client and another one.
type clients struct{ own, other oauth.Client }

func (c clients) Default() oauth.Client { return c.own }
func (c clients) Other() oauth.Client   { return c.other }
func (c clients) Public() oauth.Client  { return oauth.Client{} }

func TestForeignClientsAreTheOtherOneAndThoseOfTheProfile(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		own    string
		inputs []string
		want   []string
	}{
		"no more": {"home", nil, []string{"other"}},
		"a path and a URL": {
			"http://127.0.0.1:1/", []string{"/app", "https://app.example/"}, []string{"other", "http://127.0.0.1:1/app", "https://app.example/"},
		},
		"an id that is not": {"home", []string{"https://app.example/"}, []string{"other", "https://app.example/"}},
	} {
		ctx := expect.Under(t.Context(), &profiles.Profile{Inputs: map[string][]string{"foreign-clients": c.inputs}}, 1)
		var got []string
		for _, a := range foreign(ctx, clients{oauth.Client{ID: c.own}, oauth.Client{ID: "other", Secret: "s"}}) {
			got = append(got, oauth.Form{{Name: "client_id", Value: c.own}}.Apply(a.changes...).Get("client_id"))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestASessionKeepsItsRefreshTokenWhereNoneComes(t *testing.T) {
	t.Parallel()
	old := oauth.Tokens{Access: "a1", Refresh: "r1"}
	for body, want := range map[string]oauth.Tokens{
		`{"access_token":"a2"}`:                      {Access: "a2", Refresh: "r1"},
		`{"access_token":"a2","refresh_token":"r2"}`: {Access: "a2", Refresh: "r2"},
		`{"access_token":"a2","refresh_token":""}`:   {Access: "a2", Refresh: "r1"},
	} {
		got := newest(&wire.Exchange{Status: 200, Body: body, Header: http.Header{"Content-Type": {"application/json"}}}, old)
		if got != want {
			t.Errorf("%s: %+v, want %+v", body, got, want)
		}
	}
}

func TestANearMissIsNoRegisteredURL(t *testing.T) {
	t.Parallel()
	const registered = "http://home.example:8123/auth/external/callback"
	seen := map[string]string{}
	for name, miss := range nearMisses(registered) {
		if miss == registered || seen[miss] != "" {
			t.Errorf("%s is %s, which is the registered one, or that of %q", name, miss, seen[miss])
		}
		seen[miss] = name
	}
}

// TestAnyPortOfALoopbackAddressIsRight: RFC 8252 §7.3, RFC 9700 §2.1.
func TestAnyPortOfALoopbackAddressIsRight(t *testing.T) {
	t.Parallel()
	for registered, tried := range map[string]bool{
		"http://127.0.0.1:8123/cb": false, "http://127.3.2.1/cb": false, "http://[::1]:8123/cb": false, "http://localhost/cb": false,
		"http://home.example:8123/cb": true, "http://192.168.1.5:8123/cb": true, "https://localhost.example/cb": true,
	} {
		if _, there := nearMisses(registered)["another port"]; there != tried {
			t.Errorf("another port of %s is tried: %v, want %v", registered, there, tried)
		}
	}
}

func TestABrowserIsSentAwayByARedirectToAnotherOrigin(t *testing.T) {
	t.Parallel()
	for to, want := range map[string]bool{
		"": false, "/login": false, "?error=x": false, "https://provider.example/login": false, "https://provider.example:8443/": true,
		"http://provider.example/": true, "https://evil.example/": true, "//evil.example/": true, "http://[::1": true, "app:/cb": true,
	} {
		e := &wire.Exchange{Request: wire.Request{URL: "https://provider.example/authorize?x=1"}, Header: http.Header{}}
		if to != "" {
			e.Header.Set("Location", to)
		}
		if got := sentAway(e); got != want {
			t.Errorf("%q: %v, want %v", to, got, want)
		}
	}
}

func TestAnExpectationHoldsForGoodAnswersAlone(t *testing.T) {
	t.Parallel()
	answer := func(body string, header ...string) *wire.Exchange {
		e := &wire.Exchange{Status: 400, Body: body, Header: http.Header{"Content-Type": {"application/json"}}}
		for i := 0; i+1 < len(header); i += 2 {
			e.Header.Set(header[i], header[i+1])
		}
		return e
	}
	for name, c := range map[string]struct {
		of   expect.Expectation
		e    *wire.Exchange
		want bool
	}{
		"an error of plain words": {haveErrorCharset(), answer(`{"error":"invalid_grant","error_description":"no, [it] is 'old'"}`), true},
		"no description":          {haveErrorCharset(), answer(`{"error":"invalid_grant"}`), true},
		"a quote":                 {haveErrorCharset(), answer(`{"error":"x","error_description":"\"y\""}`), false},
		"a backslash":             {haveErrorCharset(), answer(`{"error":"x","error_description":"\\"}`), false},
		"a line end":              {haveErrorCharset(), answer(`{"error":"x\n"}`), false},
		"a letter outside ASCII":  {haveErrorCharset(), answer(`{"error":"ü"}`), false},
		"X-Frame-Options":         {haveFrameRule(), answer("", "X-Frame-Options", "DENY"), true},
		"frame-ancestors":         {haveFrameRule(), answer("", "Content-Security-Policy", "frame-ancestors 'none'"), true},
		"another policy":          {haveFrameRule(), answer("", "Content-Security-Policy", "default-src 'none'"), false},
		"no rule of frames":       {haveFrameRule(), answer(""), false},
		"a script against frames": {haveFrameRule(), answer("<script>if (window.top !== window.self) top.location = self.location"), true},
		"markup on a page":        {notRun("<b>"), answer("a <b>", "Content-Type", "text/html; charset=utf-8"), false},
		"markup of no type":       {notRun("<b>"), answer("a <b>", "Content-Type", ""), false},
		"markup in a picture":     {notRun("<b>"), answer("a <b>", "Content-Type", "image/svg+xml"), false},
		"markup that is escaped":  {notRun("<b>"), answer("a &lt;b>", "Content-Type", "text/html"), true},
		"markup in JSON":          {notRun("<b>"), answer(`{"error":"<b>"}`, "Content-Type", "application/json"), true},
		"markup in plain text":    {notRun("<b>"), answer("a <b>", "Content-Type", "text/plain"), true},
	} {
		if got, err := c.of.Match(c.e); got != c.want || err != nil {
			t.Errorf("%s: %v, %v, want %v", name, got, err, c.want)
		}
	}
}

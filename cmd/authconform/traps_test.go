package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/authconform/authconform/mockprovider"
	"github.com/authconform/authconform/mockprovider/accountlink"
)

// trap changes an honest answer so that the client contacts another address.
type trap struct {
	name    string
	browser bool
	spoil   func(r *http.Request, w *httptest.ResponseRecorder, at string) bool // whether it was sprung
	ears    []*ear
	sprung  *atomic.Int64
}

// next returns the address for the n-th answer.
func (c trap) next(n int64) string { return c.ears[int(n)%len(c.ears)].at }

// before places the trap in front of an honest server. It spares the run's first checks, so that the run begins.
func (c trap) before(honest http.Handler, spared int64) http.Handler {
	var n atomic.Int64
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") != "" {
			honest.ServeHTTP(w, r)
			return
		}
		answer := httptest.NewRecorder()
		honest.ServeHTTP(answer, r)
		if i := n.Add(1); i > spared && c.spoil(r, answer, c.next(i)) {
			c.sprung.Add(1)
		}
		for name, values := range answer.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
	})
}

// traps returns every trap, each over all ears.
func traps(ears []*ear) []trap {
	list := []trap{
		{name: "redirects", spoil: redirects},
		{name: "addresses in JSON", spoil: addresses},
		{name: "form actions", spoil: actions},
		{name: "pages in a browser", browser: true, spoil: scripts},
	}
	for i := range list {
		list[i].ears, list[i].sprung = ears, &atomic.Int64{}
	}
	return list
}

func redirects(_ *http.Request, w *httptest.ResponseRecorder, at string) bool {
	w.Code = http.StatusTemporaryRedirect
	w.Header().Set("Location", "http://"+at+"/latest/meta-data/?from=redirect")
	return true
}

var address = regexp.MustCompile(`^(.*_(endpoint|uri|url)|url|issuer|location)$`)

// addresses replaces every URL in a JSON object by an ear's.
func addresses(_ *http.Request, w *httptest.ResponseRecorder, at string) bool {
	var body map[string]any
	if json.Unmarshal(w.Body.Bytes(), &body) != nil {
		return false
	}
	found := false
	for name, value := range body {
		if text, ok := value.(string); ok && address.MatchString(name) && strings.Contains(text, "/") {
			body[name], found = "http://"+at+"/"+name, true
		}
	}
	if raw, err := json.Marshal(body); err == nil && found {
		w.Header().Del("Content-Length")
		w.Body = bytes.NewBuffer(raw)
	}
	return found
}

var formAction = regexp.MustCompile(`action="[^"]*"`)

func actions(_ *http.Request, w *httptest.ResponseRecorder, at string) bool {
	if !strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
		return false
	}
	text := formAction.ReplaceAllString(w.Body.String(), `action="http://`+at+`/form"`)
	text += `<form method="post" action="http://` + at + `/form"><input name="username"><input type="password" name="password">` +
		`<button>Log in</button></form>`
	w.Header().Del("Content-Length")
	w.Body = bytes.NewBufferString(text)
	return true
}

func scripts(_ *http.Request, w *httptest.ResponseRecorder, at string) bool {
	if !strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
		return false
	}
	w.Header().Del("Content-Length")
	w.Header().Del("Content-Security-Policy")
	w.Body.WriteString(ways(at))
	return true
}

// stage starts an honest server of a profile behind a trap, and returns how to judge it.
type stage func(*testing.T, trap) (target string, args, env []string)

func stages() map[string]stage {
	return map[string]stage{"home-assistant": homeStage, "linking": homeStage, "provider": providerStage, "account-link": proxyStage}
}

func (c trap) browsing(args ...string) []string {
	if !c.browser {
		args = append(args, "--browser", "off")
	}
	return args
}

func homeStage(t *testing.T, c trap) (string, []string, []string) {
	home, user, password := mockHome(t, nil)
	front := httptest.NewServer(c.before(home, 12))
	t.Cleanup(front.Close)
	args := c.browsing("--user", user)
	if c.browser {
		args = append(args, "--select", "ha.page.login,ha.page.wrong-password")
	}
	return front.URL, args, []string{"AUTHCONFORM_PASSWORD=" + password}
}

func providerStage(t *testing.T, c trap) (string, []string, []string) {
	const redirect = "http://home.example:8123/auth/external/callback"
	apps := mockprovider.DemoApps(redirect)
	front := httptest.NewUnstartedServer(nil)
	at := "http://" + front.Listener.Addr().String()
	third, err := mockprovider.New(mockprovider.Options{Apps: apps, URL: at})
	if err != nil {
		t.Fatal(err)
	}
	front.Config.Handler = c.before(third, 12)
	front.Start()
	t.Cleanup(front.Close)
	args := c.browsing("--client-id", apps[0].ID, "--redirect-uri", redirect, "--scope", "profile", "--user", third.Users[1].Username)
	if c.browser {
		args = append(args, "--steps", "auto", "--select", "provider.authorize.code,provider.authorize.state")
	}
	return at, args, []string{"AUTHCONFORM_PASSWORD=" + third.Users[1].Password, "AUTHCONFORM_CLIENT_SECRET=" + apps[0].Secret}
}

func proxyStage(t *testing.T, c trap) (string, []string, []string) {
	front, behind := httptest.NewUnstartedServer(nil), httptest.NewUnstartedServer(nil)
	thirdAt, at := "http://"+behind.Listener.Addr().String(), "https://"+front.Listener.Addr().String()
	third, err := mockprovider.New(mockprovider.Options{URL: thirdAt, Apps: []mockprovider.App{{
		ID: "proxy", Secret: "held-by-the-proxy-0123456789", Name: "Account link", Owner: "dora", Redirects: []string{at + "/callback"},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	policy := accountlink.Strict()
	if c.name == "addresses in JSON" {
		var n atomic.Int64
		policy.Says = func(frame map[string]any) map[string]any {
			if i := n.Add(1); frame["authorize_url"] != nil && i > 4 {
				c.sprung.Add(1)
				return map[string]any{"authorize_url": "http://" + c.next(i) + "/authorize"}
			}
			return frame
		}
	}
	front.Config.Handler = c.before(accountlink.New(accountlink.Options{Policy: policy, URL: at, Services: []accountlink.Service{{
		Domain: "authconform_demo", MinVersion: "0.1.0", AuthorizeURL: thirdAt + "/oauth/authorize", TokenURL: thirdAt + "/oauth/token",
		ClientID: "proxy", ClientSecret: "held-by-the-proxy-0123456789", Scope: "profile devices:read",
	}}}), 4)
	behind.Config.Handler = c.before(third, 8)
	front.StartTLS()
	behind.Start()
	t.Cleanup(func() { front.Close(); behind.Close() })
	ben := third.Users[1]
	args := c.browsing("--insecure", "--trust-origin", thirdAt, "--service", "authconform_demo", "--user", ben.Username)
	if c.browser {
		args = append(args, "--steps", "auto", "--select", "proxy.authorize.*,proxy.callback.*")
	}
	return at, args, []string{"AUTHCONFORM_PASSWORD=" + ben.Password}
}

// fetchHostile makes a mock home fetch client pages from an ear, or redirects it there.
func fetchHostile(t *testing.T, e *ear) {
	home, user, password := mockHome(t, nil)
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://"+e.at+"/page", http.StatusFound)
	}))
	t.Cleanup(site.Close)
	for _, id := range []string{"http://" + e.at + "/page", site.URL + "/page", "http://[::ffff:169.254.169.254]/page"} {
		var step struct {
			FlowID string `json:"flow_id"`
		}
		post := func(path, body string) *http.Response {
			resp, err := http.Post(home.URL+path, "application/json", strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			return resp
		}
		resp := post("/auth/login_flow", fmt.Sprintf(`{"client_id":%q,"handler":["homeassistant",null],"redirect_uri":"myapp://cb"}`, id))
		_ = json.NewDecoder(resp.Body).Decode(&step)
		_ = resp.Body.Close()
		resp = post("/auth/login_flow/"+step.FlowID, fmt.Sprintf(`{"client_id":%q,"username":%q,"password":%q}`, id, user, password))
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusForbidden {
			t.Errorf("%s: %d; a home that looks at the page refuses the redirect URI with 403", id, resp.StatusCode)
		}
	}
}

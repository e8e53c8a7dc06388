package my_test

import (
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/authconform/authconform/harness/browser"
	"github.com/authconform/authconform/mockprovider/my"
)

// TestDirect: whoever wants no page is redirected, with code, error and state alone, as they came.
func TestDirect(t *testing.T) {
	s := my.Start(t)
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	get := func(query string) (int, string) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+my.Path+query, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		return resp.StatusCode, resp.Header.Get("Location")
	}
	if status, _ := get("?code=a&state=s"); status != http.StatusNotFound {
		t.Errorf("without a home: %d", status)
	}
	s.ChooseInstance("http://127.0.0.1:8123/")
	const callback = "http://127.0.0.1:8123/auth/external/callback?"
	for query, want := range map[string]string{
		"?code=4%2F0A%2Bb%3Dc%26d%2541&state=s%2Bt&iss=x&scope=y": callback + "code=4%2F0A%2Bb%3Dc%26d%2541&state=s%2Bt",
		"?state=s&error=access_denied&error_description=no":       callback + "error=access_denied&state=s",
		"?code=a&code=b&state=s":                                  callback + "code=b&state=s",
		"?code=&state=s":                                          callback + "state=s",
		"?code=a":                                                 "",
		"?code=a&state=":                                          "",
		"?code=%zz&state=s":                                       "",
	} {
		status, to := get(query)
		if to != want || (want == "" && status != http.StatusBadRequest) || (want != "" && status != http.StatusFound) {
			t.Errorf("%s: %d to %s, want %s", query, status, to, want)
		}
	}
}

// TestPage: a person chooses a home, and says yes or no.
func TestPage(t *testing.T) {
	options, err := browser.Find(os.Getenv("AUTHCONFORM_BROWSER"))
	if err != nil {
		t.Skip("NOT TESTED: no browser found. Install chromium-headless-shell, or name one in AUTHCONFORM_BROWSER.")
	}
	options.Origins = []string{browser.AnyOrigin}
	chrome, err := browser.Start(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = chrome.Close() })
	tab, err := chrome.NewPage(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tab.Close)
	s := my.Start(t)
	open := func(query, css string) string {
		t.Helper()
		if err := tab.Open(t.Context(), s.URL+my.Path+"/"+query); err != nil {
			t.Fatal(err)
		}
		if _, err := tab.WaitAny(t.Context(), css); err != nil {
			t.Fatal(err)
		}
		href, err := browser.Eval[string](t.Context(), tab, `(deep, css) => deep.one(css).href ?? ""`, css)
		if err != nil {
			t.Fatal(err)
		}
		return href
	}
	open("?code=a", "[role=alert]")
	open("?code=4%2F0A%2Bb%3Dc%26d%2541&state=s", "#url")
	for _, typed := range []string{"homeassistant.local", "http://127.0.0.1:8123/lovelace/0"} {
		if err := tab.Type(t.Context(), "#url", typed); err != nil {
			t.Fatal(err)
		}
		if err := tab.Press(t.Context(), "button.main"); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(typed, "http") {
			if _, err := tab.WaitAny(t.Context(), ".alert"); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := tab.WaitAny(t.Context(), ".open-link"); err != nil {
		t.Fatal(err)
	}
	const home, code = "http://127.0.0.1:8123", "4%2F0A%2Bb%3Dc%26d%2541"
	if to := open("?code="+code+"&state=s&iss=x", ".open-link"); to != home+"/auth/external/callback?code="+code+"&state=s" {
		t.Errorf("yes leads to %s", to)
	}
	if to := open("?code=a&state=s", ".decline-link"); to != home+"/_my_redirect/oauth?error=access_denied&state=s" {
		t.Errorf("no leads to %s", to)
	}
	if to := open("?error=server_error&state=s", ".decline-link"); to != home+"/_my_redirect/oauth?error=server_error&state=s" {
		t.Errorf("a rejection leads to %s", to)
	}
	if shown, err := tab.Visible(t.Context(), ".open-link"); err != nil || shown {
		t.Errorf("a rejected link can be opened: %v, %v", shown, err)
	}
	if to := open("?code=a&state=s&mobile=1", ".open-link"); to != "homeassistant://navigate/auth/external/callback?code=a&state=s" {
		t.Errorf("on a phone yes leads to %s", to)
	}
}

package wire

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/authconform/authconform/internal/address"
)

func TestNothingIsSentToAnOriginThatIsNotTrusted(t *testing.T) {
	heard := 0
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { heard++ }))
	defer elsewhere.Close()
	ask := Request{Method: http.MethodPost, URL: elsewhere.URL + "/token?x=1", Body: "client_secret=s3cret"}
	e := New(Options{Base: "http://127.0.0.1:1"}).Do(t.Context(), ask)
	var origin *OriginError
	if !errors.As(e.Err, &origin) || origin.Origin != elsewhere.URL || heard != 0 {
		t.Errorf("%s after %d requests", e, heard)
	}
	if said := e.String(); !strings.Contains(said, "give --trust-origin "+elsewhere.URL) || strings.Contains(said, "s3cret") {
		t.Errorf("it is told as %s", said)
	}
	e = New(Options{Base: "http://127.0.0.1:1", Trusted: []string{elsewhere.URL + "/"}}).Do(t.Context(), ask)
	if e.Status != http.StatusOK || heard != 1 {
		t.Errorf("one that is trusted: %s after %d requests", e, heard)
	}
}

func TestNothingIsEverSentToALinkLocalOrMetadataAddress(t *testing.T) {
	for _, base := range []string{
		"http://169.254.169.254", "http://[fe80::1]:8123", "http://[::ffff:169.254.169.254]:80", "http://100.100.100.200",
	} {
		e := New(Options{Base: base, Trusted: []string{base}}).Do(t.Context(), Request{Method: http.MethodGet, URL: "/"})
		var never *address.Error
		if !errors.As(e.Err, &never) || !strings.Contains(e.String(), "is a link-local or metadata address") {
			t.Errorf("%s: %s", base, e)
		}
		e = New(Options{Base: base}).Raw(t.Context(), Request{Method: http.MethodGet, URL: "/", Host: "h"})
		if !errors.As(e.Err, &never) {
			t.Errorf("raw to %s: %s", base, e)
		}
	}
}

func TestADocumentThatIsEverybodysIsFetchedFromPublicAddressesAlone(t *testing.T) {
	heard := 0
	private := secured(t, func(http.ResponseWriter, *http.Request) { heard++ })
	c := New(Options{Base: "http://127.0.0.1:1", Insecure: true})
	e := c.Do(t.Context(), Request{Method: http.MethodGet, URL: private.URL + "/.well-known/x", Public: true})
	var special *address.Error
	if !errors.As(e.Err, &special) || heard != 0 {
		t.Errorf("an address of this machine: %s", e)
	}
	for name, r := range map[string]Request{
		"http":          {Method: http.MethodGet, URL: "http://example.com/", Public: true},
		"a cookie":      {Method: http.MethodGet, URL: "https://example.com/", Public: true, Header: header("Cookie", "a=b")},
		"a bearer":      {Method: http.MethodGet, URL: "https://example.com/", Public: true, Header: header("Authorization", "Bearer t")},
		"a form":        {Method: http.MethodPost, URL: "https://example.com/", Public: true, Body: "a=b"},
		"no such wish":  {Method: http.MethodGet, URL: "https://example.com/"},
		"another port":  {Method: http.MethodGet, URL: "http://127.0.0.1:2/"},
		"another name":  {Method: http.MethodGet, URL: "http://localhost:1/"},
		"a user's name": {Method: http.MethodGet, URL: "http://127.0.0.1:1@evil.example/"},
	} {
		var origin *OriginError
		if err := c.barred(r); !errors.As(err, &origin) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAnOriginIsComparedAsBrowsersDo(t *testing.T) {
	for raw, want := range map[string]string{
		"https://H.Example:443/x": "https://h.example", "http://h:80": "http://h", "http://h:443": "http://h:443",
		"http://[::1]:8123/": "http://[::1]:8123", "HTTPS://h": "https://h",
	} {
		u, err := url.Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		if got := originOf(u); got != want {
			t.Errorf("%s: %s, want %s", raw, got, want)
		}
	}
}

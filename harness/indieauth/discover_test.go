package indieauth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/kind"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/played/clientsite"
	"github.com/authconform/authconform/harness/provider"
	"github.com/authconform/authconform/harness/wire"
)

// at starts a server with these answers by path: a status, headers as "Name: value" lines, an empty line, a body. BASE is its own
// URL.
func at(t *testing.T, answers map[string]string) (*Server, context.Context) {
	t.Helper()
	var base string
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, there := answers[r.URL.Path]
		if !there {
			http.NotFound(w, r)
			return
		}
		head, body, _ := strings.Cut(strings.ReplaceAll(text, "BASE", base), "\n\n")
		status := http.StatusOK
		for _, line := range strings.Split(head, "\n") {
			if name, value, ok := strings.Cut(line, ": "); ok {
				w.Header().Add(name, value)
			} else {
				_, _ = fmt.Sscan(line, &status)
			}
		}
		if strings.HasPrefix(r.URL.Path, "/.well-known/") {
			w.Header().Set("Content-Type", "application/json")
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(site.Close)
	base = site.URL
	ca, err := clientsite.NewCA()
	if err != nil {
		t.Fatal(err)
	}
	clients, err := clientsite.Start(clientsite.Options{CA: ca})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(clients.Close)
	who := provider.Visiting(oauth.Account{}, nil, nil)
	s := New(wire.Options{Base: site.URL}, Config{Me: site.URL + "/ada"}, clients, who, nil)
	return s, judge.With(t.Context(), judge.NewRecord())
}

const document = `{"authorization_endpoint":"BASE/auth","token_endpoint":"BASE/token","revocation_endpoint":"BASE/revoke",` +
	`"introspection_endpoint":"BASE/introspect","userinfo_endpoint":"BASE/userinfo"}`

func TestAProfileURLLeadsToTheServer(t *testing.T) {
	for name, answers := range map[string]map[string]string{
		"by a header":       {"/ada": "200\nLink: <BASE/meta>; rel=\"indieauth-metadata\"\n\n"},
		"by a relative one": {"/ada": "200\nLink: </other>; rel=me, </meta>; rel=indieauth-metadata\n\n"},
		"by an element":     {"/ada": "200\n\n<html><head><link rel=\"me indieauth-metadata\" href=\"/meta\">"},
		"the header comes first": {
			"/ada": "200\nLink: </meta>; rel=indieauth-metadata\n\n<link rel=indieauth-metadata href=/nowhere>",
		},
		"behind redirects": {
			"/ada": "301\nLocation: /people\n\n", "/people": "302\nLocation: BASE/people/ada\n\n",
			"/people/ada": "200\n\n<link rel=indieauth-metadata href=../meta>",
		},
		"by the links of before 2022": {
			"/ada": "200\n\n<link rel=authorization_endpoint href=/auth><link rel=token_endpoint href=/token>",
		},
		"by its well-known place": {"/ada": "200\n\nno link", "/.well-known/oauth-authorization-server": "200\n\n" + document},
		"a comment leads nowhere": {
			"/ada": "200\n\n<!-- <link rel=indieauth-metadata href=/nowhere> --><link rel=indieauth-metadata href=/meta>",
		},
	} {
		answers["/meta"] = "200\n\n" + document
		s, ctx := at(t, answers)
		if err := s.Discover(ctx); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !strings.HasSuffix(s.AuthorizeURL, "/auth") || !strings.HasSuffix(s.TokenURL, "/token") {
			t.Errorf("%s: %s, %s", name, s.AuthorizeURL, s.TokenURL)
		}
		if s.Metadata != nil && (!strings.HasSuffix(s.APIURL, "/userinfo") || !strings.HasSuffix(s.Introspection(), "/introspect")) {
			t.Errorf("%s: %s, %s", name, s.APIURL, s.Introspection())
		}
	}
}

func TestAProfileURLThatLeadsNowhereSaysWhy(t *testing.T) {
	long := "200\n\n" + strings.Repeat("<p>a long page</p>", 100_000)
	for name, c := range map[string]struct {
		answers map[string]string
		want    string
	}{
		"itself":         {map[string]string{"/ada": "200\nLink: </ada>; rel=indieauth-metadata\n\n"}, "names itself as its indieauth-metadata"},
		"a circle":       {map[string]string{"/ada": "302\nLocation: /b\n\n", "/b": "302\nLocation: /ada\n\n"}, "redirects in a loop: "},
		"to itself":      {map[string]string{"/ada": "302\nLocation: /ada\n\n"}, "redirects in a loop: "},
		"no URL":         {map[string]string{"/ada": "302\nLocation: http://[\n\n"}, "which is not a URL"},
		"a huge page":    {map[string]string{"/ada": long}, "is larger than 1 MiB"},
		"no page":        {map[string]string{}, "answers 404"},
		"no links":       {map[string]string{"/ada": "200\n\nhello"}, `has no link with rel="indieauth-metadata"`},
		"half the links": {map[string]string{"/ada": "200\n\n<link rel=authorization_endpoint href=/a>"}, "but no token endpoint"},
		"no document":    {map[string]string{"/ada": "200\nLink: </meta>; rel=indieauth-metadata\n\n"}, "is not a JSON object"},
		"an empty one": {
			map[string]string{"/ada": "200\nLink: </m>; rel=indieauth-metadata\n\n", "/m": "200\n\n{}"}, "has no authorization_endpoint",
		},
		"another scheme": {map[string]string{"/ada": "302\nLocation: ftp://h/x\n\n"}, "ftp"},
	} {
		s, ctx := at(t, c.answers)
		err := s.Discover(ctx)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
		if err != nil && !errors.Is(err, ErrNoServer) && !errors.Is(err, kind.ErrUnreachable) {
			t.Errorf("%s: %v is no reason of the door", name, err)
		}
	}
	many := map[string]string{}
	for i := range 20 {
		many[fmt.Sprintf("/hop%d", i)] = fmt.Sprintf("302\nLocation: /hop%d\n\n", i+1)
	}
	many["/ada"] = "302\nLocation: /hop0\n\n"
	s, ctx := at(t, many)
	if err := s.Discover(ctx); err == nil || !strings.Contains(err.Error(), "redirects more than 10 times") {
		t.Errorf("many redirects: %v", err)
	}
}

func TestOurClientsAreURLsOfTheClientSite(t *testing.T) {
	s, _ := at(t, nil)
	site := s.Site.Origin()
	if s.Default().ID != site+"/" || s.Other().ID != site+"/other" || s.Public().ID != site+"/" || s.Redirect != site+"/callback" {
		t.Errorf("%+v", s.Config)
	}
}

func TestAProfileURLOfTheFlagIsChecked(t *testing.T) {
	for me, good := range map[string]bool{
		"": true, "https://ada.example/": true, "http://127.0.0.1:8125/people/ben": true,
		"ada.example": false, "ftp://ada.example/": false, "https://ada:pw@ada.example/": false, "https://ada.example/#me": false,
	} {
		if err := (&Flags{Me: me}).me(); (err == nil) != good {
			t.Errorf("%q: %v", me, err)
		}
	}
}

func TestAProfileURLHasAPath(t *testing.T) {
	for me, want := range map[string]string{
		"http://ada.example": "http://ada.example/", "http://ada.example/": "http://ada.example/", "http://h:81/ada": "http://h:81/ada",
	} {
		if got := canonical(me); got != want {
			t.Errorf("%s: %s, want %s", me, got, want)
		}
	}
}

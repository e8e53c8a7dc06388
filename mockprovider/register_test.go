package mockprovider

import (
	"slices"
	"testing"
)

func TestARegistrationIsJudgedByItsMetadata(t *testing.T) {
	good, native := []string{"https://app.example/callback"}, []string{"http://127.0.0.1/cb", "http://[::1]:9/cb", "com.example.app:/cb"}
	for name, c := range map[string]struct {
		r    Registration
		want string
	}{
		"a web app":         {Registration{Redirects: good}, ""},
		"a native app":      {Registration{Redirects: native, Method: None}, ""},
		"no URL":            {Registration{}, "invalid_redirect_uri"},
		"a fragment":        {Registration{Redirects: []string{"https://app.example/#x"}}, "invalid_redirect_uri"},
		"an empty fragment": {Registration{Redirects: []string{"https://app.example/#"}}, "invalid_redirect_uri"},
		"relative":          {Registration{Redirects: []string{"/callback"}}, "invalid_redirect_uri"},
		"http elsewhere":    {Registration{Redirects: []string{"http://app.example/"}}, "invalid_redirect_uri"},
		"localhost":         {Registration{Redirects: []string{"http://localhost/"}}, "invalid_redirect_uri"},
		"a script":          {Registration{Redirects: []string{"javascript:alert(1)"}}, "invalid_redirect_uri"},
		"another grant":     {Registration{Redirects: good, Grants: []string{"password"}}, "invalid_client_metadata"},
		"another response":  {Registration{Redirects: good, Responses: []string{"token"}}, "invalid_client_metadata"},
		"no code grant":     {Registration{Redirects: good, Grants: []string{"refresh_token"}}, "invalid_client_metadata"},
		"another method":    {Registration{Redirects: good, Method: "private_key_jwt"}, "invalid_client_metadata"},
	} {
		got := ""
		if r := registrable(c.r); r != nil {
			got = r.Code
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestOfALoopbackURLOnlyThePortMayDiffer(t *testing.T) {
	registered := []string{"http://127.0.0.1/cb?x=1", "http://[::1]:1/six", "https://app.example:8443/cb"}
	for asked, want := range map[string]bool{
		"http://127.0.0.1/cb?x=1": true, "http://127.0.0.1:49152/cb?x=1": true, "http://[::1]:2/six": true, "http://[::1]/six": true,
		"https://app.example:8443/cb": true, "https://app.example/cb": false, "http://127.0.0.1:1/cb": false,
		"http://127.0.0.1:1/other?x=1": false, "https://127.0.0.1/cb?x=1": false, "http://x@127.0.0.1/cb?x=1": false,
		"http://127.0.0.1.evil.example/cb?x=1": false, "http://localhost/cb?x=1": false, "http://127.0.0.1:1/cb?x=1#y": false, "": false,
	} {
		if got := redirectFits(registered, asked); got != want {
			t.Errorf("%s: %v, want %v", asked, got, want)
		}
	}
}

func TestAResourceIsAKnownURIWithoutAFragment(t *testing.T) {
	known := []string{"https://api.example/a", "https://api.example/b"}
	for asked, want := range map[string]bool{
		"https://api.example/a": true, "https://api.example/c": false, "https://api.example/a#x": false, "/a": false, "a": false, "": false,
	} {
		if r := knownResource(known, []string{asked}); (r == nil) != want || r != nil && r.Code != "invalid_target" {
			t.Errorf("%s: %v", asked, r)
		}
	}
	for _, c := range []struct {
		granted, asked, want []string
		refused              bool
	}{
		{known, nil, known, false}, {known, known[:1], known[:1], false}, {known[:1], known, nil, true}, {nil, known[:1], nil, true},
	} {
		got, r := restricted(c.granted, c.asked)
		if !slices.Equal(got, c.want) || (r != nil) != c.refused {
			t.Errorf("%q of %q: %q, %v", c.asked, c.granted, got, r)
		}
	}
}

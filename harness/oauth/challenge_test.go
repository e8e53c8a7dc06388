package oauth

import (
	"strings"
	"testing"
)

func TestAChallengeIsReadAsClientsReadIt(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		headers []string
		there   bool
		link    string
	}{
		"none":                    {nil, false, ""},
		"Home Assistant":          {[]string{`Bearer resource_metadata="http://home/x"`}, true, "http://home/x"},
		"a lower-case scheme":     {[]string{`bearer resource_metadata="http://home/x"`}, true, "http://home/x"},
		"a token":                 {[]string{`Bearer resource_metadata=http://home/x`}, true, "http://home/x"},
		"after another parameter": {[]string{`Bearer realm="a, b", Resource_Metadata="http://home/x", error="e"`}, true, "http://home/x"},
		"after another scheme":    {[]string{`Basic realm="x", Bearer resource_metadata="http://home/x"`}, true, "http://home/x"},
		"in a second header":      {[]string{`Basic realm="x"`, `Bearer resource_metadata="http://home/x"`}, true, "http://home/x"},
		"of another scheme":       {[]string{`Bearer, Basic resource_metadata="http://home/x"`}, true, ""},
		"without the scheme":      {[]string{`Basic realm="Bearer resource_metadata=x"`}, false, ""},
		"without a link":          {[]string{`Bearer`}, true, ""},
		"with escapes":            {[]string{`Bearer resource_metadata="http://home/\"x"`}, true, `http://home/"x`},
		"cut off":                 {[]string{`Bearer resource_metadata="`}, true, `"`},
	} {
		if there, link := BearerChallenge(c.headers, "resource_metadata"); there != c.there || link != c.link {
			t.Errorf("%s: %v %q", name, there, link)
		}
	}
}

// FuzzBearerChallenge: a parameter that is read from a header occurs in it, in a challenge of the scheme Bearer.
func FuzzBearerChallenge(f *testing.F) {
	for _, header := range []string{`Bearer resource_metadata="http://home/x"`, `Basic realm="a, b", bearer a=b`, `Bearer "`, `,=,"\`} {
		f.Add(header)
	}
	f.Fuzz(func(t *testing.T, header string) {
		there, link := BearerChallenge([]string{header}, "resource_metadata")
		if link != "" && !there || len(link) > len(header) || there && !strings.Contains(strings.ToLower(header), "bearer") {
			t.Errorf("%q: %v %q", header, there, link)
		}
		for _, at := range append(ResourcePlaces(link), ServerPlaces(link)...) {
			if len(at) > 3*len(link)+100 {
				t.Errorf("%q leads to %q", link, at)
			}
		}
	})
}

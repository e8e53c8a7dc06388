package expect

import (
	"net/http"
	"testing"

	"github.com/authconform/authconform/harness/wire"
)

// TestAHeaderProtectsAsBrowsersReadIt: a proxy that repeats a header of the app takes nothing away.
func TestAHeaderProtectsAsBrowsersReadIt(t *testing.T) {
	t.Parallel()
	const frames, csp, sniff, referrer = "X-Frame-Options", "Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy"
	quiet := HaveReferrerPolicy("no-referrer", "strict-origin-when-cross-origin")
	for name, c := range map[string]struct {
		of      Expectation
		headers []string
		want    bool
	}{
		"once":                            {ForbidFraming(), []string{frames, "SameOrigin"}, true},
		"twice, equal":                    {ForbidFraming(), []string{frames, "SAMEORIGIN", frames, "sameorigin"}, true},
		"as a list":                       {ForbidFraming(), []string{frames, "DENY, DENY"}, true},
		"two words that are at odds":      {ForbidFraming(), []string{frames, "DENY", frames, "SAMEORIGIN"}, true},
		"a word and another":              {ForbidFraming(), []string{frames, "ALLOWALL, SAMEORIGIN"}, true},
		"an unknown word":                 {ForbidFraming(), []string{frames, "ALLOW-FROM https://a.example"}, false},
		"any site":                        {ForbidFraming(), []string{frames, "ALLOWALL"}, false},
		"nothing":                         {ForbidFraming(), nil, false},
		"a policy":                        {ForbidFraming(), []string{csp, "default-src *; Frame-Ancestors 'none'"}, true},
		"a policy of several":             {ForbidFraming(), []string{csp, "default-src *", csp, "frame-ancestors 'self'"}, true},
		"policies as a list":              {ForbidFraming(), []string{csp, "default-src *, frame-ancestors 'self'"}, true},
		"a policy that lets any in":       {ForbidFraming(), []string{csp, "frame-ancestors *", frames, "DENY"}, false},
		"nosniff":                         {ForbidSniffing(), []string{sniff, "NoSniff"}, true},
		"nosniff twice":                   {ForbidSniffing(), []string{sniff, "nosniff", sniff, "nosniff"}, true},
		"nosniff as a list":               {ForbidSniffing(), []string{sniff, "nosniff,nosniff"}, true},
		"another word first":              {ForbidSniffing(), []string{sniff, "sniff, nosniff"}, false},
		"no word":                         {ForbidSniffing(), nil, false},
		"a policy of referrers":           {quiet, []string{referrer, "no-referrer"}, true},
		"a fallback":                      {quiet, []string{referrer, "no-referrer, strict-origin-when-cross-origin"}, true},
		"the last that is known":          {quiet, []string{referrer, "no-referrer", referrer, "nonsense"}, true},
		"the last is another":             {quiet, []string{referrer, "no-referrer", referrer, "unsafe-url"}, false},
		"no word that a browser knows":    {quiet, []string{referrer, "quiet"}, false},
		"no policy of referrers whatever": {quiet, nil, false},
	} {
		e := &wire.Exchange{Status: http.StatusOK, Header: http.Header{}}
		for i := 0; i+1 < len(c.headers); i += 2 {
			e.Header.Add(c.headers[i], c.headers[i+1])
		}
		if got, err := c.of.Match(e); got != c.want || err != nil {
			t.Errorf("%s: %v, %v, want %v", name, got, err, c.want)
		}
	}
}

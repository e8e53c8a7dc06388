package expect

import (
	"net/http"
	"strings"
	"testing"

	"github.com/authconform/authconform/harness/wire"
)

// FuzzChallenge: whatever WWW-Authenticate holds, what is read from it stands in it.
func FuzzChallenge(f *testing.F) {
	for _, seed := range []string{
		`Bearer realm="x", error="invalid_token"`, `Basic realm=", Bearer", bearer  resource_metadata = "http://h/"`,
		`Bearer "\`, `=,=,"`, `a b,c d=e,`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		e := &wire.Exchange{Status: http.StatusUnauthorized, Header: http.Header{"Www-Authenticate": {header, header}}}
		for _, c := range challenges(e) {
			if !strings.Contains(header+","+header, c.scheme) {
				t.Errorf("%q: the scheme %q does not stand there", header, c.scheme)
			}
			for name := range c.parameters {
				_ = ChallengeParameter(e, c.scheme, name)
			}
		}
		_, _ = Challenge("Bearer", "").Match(e)
	})
}

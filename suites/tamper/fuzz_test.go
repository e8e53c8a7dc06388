package tamper

import (
	"strings"
	"testing"

	"github.com/authconform/authconform/harness/judge"
)

// FuzzParse parses any token that a target may issue, and forges others from it.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJ4In0.c2ln", "e30.e30.", "bnVsbA.bnVsbA.x", "W10.e30.x", "..", "a.b.c.d", "e30=.e30=.x",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		token, ok := parsed(t, text)
		if !ok {
			return
		}
		for _, forged := range []string{
			token.With("alg", "none").Unsigned(), token.Claim("iss", "y").Signed("key"), token.With("alg", "HS512").Signed(""),
		} {
			if strings.Count(forged, ".") != 2 {
				t.Errorf("%q made of %q has not three parts", forged, text)
			}
		}
	})
}

// parsed reports whether a text is a token: if it is not, Parse ends the spec.
func parsed(t *testing.T, text string) (token Token, ok bool) {
	t.Helper()
	ctx := judge.With(t.Context(), judge.NewRecord())
	judge.Run(func() { token, ok = Parse(ctx, text), true })
	return token, ok
}

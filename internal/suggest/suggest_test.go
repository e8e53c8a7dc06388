package suggest

import (
	"strings"
	"testing"
)

func TestTheNearestWordIsTheOneThatWasMeant(t *testing.T) {
	words := []string{"browser", "clock", "client-site", "oauth2.code.single-use", "run"}
	for word, want := range map[string]string{
		"browser": "browser", "browsr": "browser", "brwoser": "browser", "client_site": "client-site", "clokc": "clock",
		"oauth2.code.singel-use": "oauth2.code.single-use", "rnu": "run", "zebra": "", "": "",
	} {
		if got := Nearest(word, words); got != want {
			t.Errorf("%q is taken for %q, want %q", word, got, want)
		}
	}
}

func TestWhereNothingIsNearAFewWordsAreAllTold(t *testing.T) {
	many := strings.Fields(strings.Repeat("elephant ", few+1))
	for _, c := range []struct {
		word  string
		words []string
		want  string
	}{
		{"clok", []string{"clock", "browser"}, `; did you mean "clock"?`},
		{"zebra", []string{"clock", "browser"}, "; valid: clock, browser"},
		{"zebra", []string{"install"}, "; valid: install"},
		{"zebra", many, ""},
		{"zebra", nil, ""},
	} {
		if got := Hint(c.word, c.words); got != c.want {
			t.Errorf("%q of %v: %q, want %q", c.word, c.words, got, c.want)
		}
	}
}

package suggest

import (
	"strings"
	"testing"
)

var words = []string{"browser", "clock", "client-site", "admin"}

func TestTheNearestWordIsTheOneThatWasMeant(t *testing.T) {
	for _, c := range []struct{ word, want, why string }{
		{"browser", "browser", "the word itself"},
		{"browsre", "browser", "two letters that changed places"},
		{"clok", "clock", "a letter that is missing"},
		{"clientsite", "client-site", "a hyphen that is missing"},
		{"adminn", "admin", "a letter too many"},
		{"admon", "admin", "another letter"},
		{"zebra", "", "nothing like it"},
		{"", "", "no word"},
		{"browserbrowser", "", "twice as long"},
	} {
		if got := Nearest(c.word, words); got != c.want {
			t.Errorf("%s: %q is nearest to %q, want %q", c.why, c.word, got, c.want)
		}
	}
}

func TestOfTwoWordsThatAreAsNearTheFirstIsMeant(t *testing.T) {
	if got := Nearest("cat", []string{"cut", "cot"}); got != "cut" {
		t.Errorf("%q", got)
	}
}

func TestAHintNamesOneWordOrAFew(t *testing.T) {
	many := strings.Fields("one two three four five six seven eight nine")
	for _, c := range []struct {
		word  string
		words []string
		want  string
	}{
		{"browsre", words, `; did you mean "browser"?`},
		{"zebra", words, "; right are browser, clock, client-site, admin"},
		{"zebra", many, ""},
		{"zebra", nil, ""},
	} {
		if got := Hint(c.word, c.words); got != c.want {
			t.Errorf("of %q among %d words: %q, want %q", c.word, len(c.words), got, c.want)
		}
	}
}

func TestTheDistanceOfTwoWordsStopsAtItsLimit(t *testing.T) {
	for _, c := range []struct {
		a, b  string
		limit int
		want  int
	}{
		{"", "", 3, 0},
		{"abc", "abc", 3, 0},
		{"abc", "ab", 3, 1},
		{"ab", "ba", 3, 1},
		{"abcd", "badc", 5, 2},
		{"kitten", "sitting", 9, 3},
		{"a", "abcdef", 3, 3},
		{"abcdef", "a", 3, 3},
	} {
		if got := distance(c.a, c.b, c.limit); got != c.want {
			t.Errorf("%q and %q: %d, want %d", c.a, c.b, got, c.want)
		}
	}
}

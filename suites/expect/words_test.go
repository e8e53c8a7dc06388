package expect

import (
	"fmt"
	"testing"
)

// TestUnguessable: secrets that cannot be guessed pass in any form, and others do not.
func TestUnguessable(t *testing.T) {
	t.Parallel()
	list := func(format string, args ...[]any) (out []string) {
		for _, a := range args {
			out = append(out, fmt.Sprintf(format, a...))
		}
		return out
	}
	const jwt = "eyJhbGciOiJIUzI1NiJ9."
	const a, b, c = "3q2-7wMd0iJTcVvLhYxNzrGk5uEoPbQa", "Zb81cXfT4mHsWnKyRjDgVl0e9pIuOtAi", "m0QxSvB7rYhLk2dFzWgPjTaCnE5iUo3K"
	for name, x := range map[string]struct {
		list  []string
		holds bool
	}{
		"random":                        {[]string{a, b, c}, true},
		"random behind one prefix":      {list("ha_%s", []any{a}, []any{b}, []any{c}), true},
		"tokens of two seconds":         {list(jwt+"eyJleHAiOjE3NjQwNTM%s.%s", []any{"4", a}, []any{"4", b}, []any{"5", c}), true},
		"a signature for all":           {list(jwt+"%s."+a, []any{a}, []any{b}), false},
		"no signature":                  {list("eyJhbGciOiJub25lIn0.%s.", []any{a}, []any{b}), false},
		"the same twice":                {[]string{a, b, a}, false},
		"a counter":                     {list("token-%016d", []any{1}, []any{2}, []any{3}), false},
		"a time and a counter":          {list("17640534%s%08d", []any{"11", 1}, []any{"11", 2}, []any{"12", 3}), false},
		"short":                         {[]string{a[:8], b[:8], c[:8]}, false},
		"two that begin with one stamp": {[]string{"k" + a[:12] + b, "k" + a[:12] + c, "p" + c}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if m := (unguessable{128}); (m.wrong(x.list) == "") != x.holds {
				t.Errorf("%q: %q, want it to hold: %v", x.list, m.wrong(x.list), x.holds)
			}
		})
	}
}

// TestValuesAreShownAsPeopleWriteThem, not in Go syntax.
func TestValuesAreShownAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	for want, v := range map[string]any{
		`""`: "", "a word": "a word", "nothing": nil, "7": 7, "true": true,
		`["a",1,null]`: []any{"a", 1, nil}, `{"a":{"b":[]}}`: map[string]any{"a": map[string]any{"b": []any{}}},
	} {
		if got := visible(v); got != want {
			t.Errorf("%v is shown as %s, want %s", v, got, want)
		}
	}
	for member, want := range map[string]string{
		"gone": "there is no gone", "null": "null is null", "list": `list is ["a"]`, "text": `text is "b"`,
	} {
		if got := wrong(member, map[string]any{"null": nil, "list": []any{"a"}, "text": "b"}).Error(); got != want {
			t.Errorf("%s: %s, want %s", member, got, want)
		}
	}
}

package profiles

import (
	"strings"
	"testing"
)

// FuzzProfile: a file is a profile, or gives an error that names it.
func FuzzProfile(f *testing.F) {
	for _, seed := range []string{
		"name: x\nkind: provider\nsections: [token]\nanswers:\n  code-refused: {status: [400]}", "rows: [oauth2.*, '[']",
		"levels:\n- {row: a, level: b}", "&a [*a]", "name: {}",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := parse("mine.yaml", []byte(text))
		if err == nil {
			err = p.check("mine.yaml")
		}
		if err != nil && !strings.HasPrefix(err.Error(), "mine.yaml") {
			t.Errorf("%q: the error does not name the file: %v", text, err)
		}
	})
}

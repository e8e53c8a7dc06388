package person

import (
	"strings"
	"testing"
)

// FuzzSteps: a file is a list of steps that do something, or gives an error that names the file.
func FuzzSteps(f *testing.F) {
	f.Add(string(AutoSteps))
	for _, seed := range []string{
		"- press: text=Allow", "- type: {'#u': '{username}'}\n  press: text=(", "- &a [*a]", "- when: maybe\n  tick: x",
		"a: b", "- type: {}", "-\n-",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		steps, err := ReadSteps("steps.yaml", []byte(text))
		if err != nil && !strings.HasPrefix(err.Error(), "steps.yaml") {
			t.Errorf("%q: the error does not name the file: %v", text, err)
		}
		for _, s := range steps {
			if len(s.Type) == 0 && s.Tick+s.Press == "" {
				t.Errorf("%q has a step that does nothing: %+v", text, s)
			}
		}
	})
}

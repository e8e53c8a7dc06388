package judge

import (
	"errors"
	"io"
	"testing"
	"time"

	"github.com/authconform/authconform/evidence"
)

func TestWhatIsSaidIsForPeople(t *testing.T) {
	var none error
	for want, got := range map[string]string{
		"it ends": say("it ends %v", none),
		"no: the connection was closed without an answer": say("no: %v", io.EOF),
		"no: odd":          say("no: %s", errors.New("odd")),
		"it is there: yes": say("it is there: %v", true),
		"a, b":             say("%v", []string{"a", "b"}),
		"must, may":        say("%v", []evidence.Level{evidence.Must, evidence.May}),
		"must":             say("%s", evidence.Must),
		`{"a":1}`:          say("%v", map[string]any{"a": 1}),
		"2s 5 \"x\"":       say("%s %d %q", 2*time.Second, 5, "x"),
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

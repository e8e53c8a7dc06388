package reports

import (
	"io"
	"strings"
	"testing"

	"github.com/authconform/authconform/evidence"
)

// FuzzViews: every view can be written, whatever a target sends.
func FuzzViews(f *testing.F) {
	for _, seed := range []string{
		"</script><script>x", "\x1b[2J", "| a ` b\n```", "]]>", "::error::x", `{"a":"\u202e"}`, "a=%zz&b", "\xff\xfe",
	} {
		f.Add(seed, "application/json")
	}
	f.Fuzz(func(t *testing.T, said, kind string) {
		e := get("http://127.0.0.1/?"+said, 200, said, 0)
		headers := []evidence.Header{{Name: "Content-Type", Value: kind}, {Name: said, Value: said}}
		e.ResponseHeaders = append(e.ResponseHeaders, headers...)
		s := sample()
		s.Results[0].Evidence = append(s.Results[0].Evidence, evidence.Item{Exchange: e})
		s.Results[0].Failures = append(s.Results[0].Failures, evidence.Failure{Expected: said, Got: said})
		for _, w := range Writers {
			if err := w.Write(io.Discard, s, Options{}); err != nil {
				t.Errorf("%s of %q: %v", w.Name, said, err)
			}
		}
		if to := link(said); to != "" && !strings.HasPrefix(strings.ToLower(to), "http") {
			t.Errorf("%q is a link to %q", said, to)
		}
	})
}

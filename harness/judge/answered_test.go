package judge

import (
	"errors"
	"net/http"
	"testing"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/harness/wire"
)

// status matches an answer's status; it may be about answering at all.
type status struct {
	want      int
	answering bool
}

func (m status) Match(actual any) (bool, error)   { return actual.(*wire.Exchange).Status == m.want, nil }
func (m status) FailureMessage(any) string        { return "another status" }
func (m status) NegatedFailureMessage(any) string { return "that status" }
func (m status) OfAnswering() bool                { return m.answering }

// TestWhatSaysNothingOfTheTargetBlocks: a time-out, a broken connection, a gateway's error and a request for less haste neither
// pass nor fail a row.
func TestWhatSaysNothingOfTheTargetBlocks(t *testing.T) {
	t.Parallel()
	late := errors.New("no answer within 15s")
	for name, c := range map[string]struct {
		e    wire.Exchange
		m    status
		want evidence.Verdict
	}{
		"an answer":                   {wire.Exchange{Status: 200}, status{want: 200}, evidence.Pass},
		"another answer":              {wire.Exchange{Status: 500}, status{want: 200}, evidence.Fail},
		"none":                        {wire.Exchange{Err: late}, status{want: 200}, evidence.Blocked},
		"none, where that would do":   {wire.Exchange{Err: late}, status{want: 0}, evidence.Blocked},
		"half of one":                 {wire.Exchange{Status: 200, Err: late}, status{want: 200}, evidence.Blocked},
		"a gateway's":                 {wire.Exchange{Status: http.StatusBadGateway}, status{want: 400}, evidence.Blocked},
		"a gateway's time-out":        {wire.Exchange{Status: http.StatusGatewayTimeout}, status{want: 504}, evidence.Blocked},
		"less haste":                  {wire.Exchange{Status: http.StatusTooManyRequests}, status{want: 400}, evidence.Blocked},
		"none, and that is the row's": {wire.Exchange{Err: late}, status{want: 200, answering: true}, evidence.Fail},
	} {
		record := NewRecord()
		ctx := With(t.Context(), record)
		Run(func() { Expect(ctx, &c.e).To(c.m) })
		if got := record.Outcome(evidence.Must, true); got.Verdict != c.want {
			t.Errorf("%s: %s (%s), want %s", name, got.Verdict, got.Reason, c.want)
		}
	}
}

package expect

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/harness/judge"
)

func TestADifferenceOfTimesIsSeenTwiceBeforeItAccuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		one, other []int // milliseconds
		want       evidence.Verdict
		measured   int
	}{
		"equal":                   {[]int{300, 310, 305}, []int{302, 299, 306}, evidence.Pass, 3},
		"one that is far off":     {[]int{300, 310, 305}, []int{302, 2, 306}, evidence.Pass, 3},
		"a difference":            {[]int{300, 310, 305, 300, 310, 305}, []int{2, 3, 2, 3, 2, 2}, evidence.Fail, 6},
		"the other way":           {[]int{2, 3, 2, 3, 2, 2}, []int{300, 310, 305, 300, 310, 305}, evidence.Fail, 6},
		"one that does not last":  {[]int{300, 310, 305, 2, 3, 2}, []int{2, 3, 2, 3, 2, 2}, evidence.Pass, 6},
		"one that turns round":    {[]int{300, 310, 305, 2, 3, 2}, []int{2, 3, 2, 300, 310, 305}, evidence.Pass, 6},
		"a little one":            {[]int{40, 41, 42}, []int{1, 1, 1}, evidence.Pass, 3},
		"one that is overlapping": {[]int{300, 310, 90}, []int{2, 3, 95}, evidence.Pass, 3},
	} {
		record, n := judge.NewRecord(), 0
		ctx := judge.With(context.Background(), record)
		SameTime(ctx, "a known name", "an unknown name", 3, func() (one, other time.Duration) {
			n++
			return time.Duration(c.one[n-1]) * time.Millisecond, time.Duration(c.other[n-1]) * time.Millisecond
		})
		got := record.Outcome(evidence.Must, false)
		if got.Verdict != c.want || n != c.measured {
			t.Errorf("%s: %s after %d, want %s after %d", name, got.Verdict, n, c.want, c.measured)
		}
		if len(got.Evidence) == 0 || !strings.Contains(got.Evidence[0].Note, "ms") {
			t.Errorf("%s: the durations are no evidence: %+v", name, got.Evidence)
		}
	}
}

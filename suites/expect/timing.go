package expect

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/authconform/authconform/harness/judge"
)

// SameTime judges whether two kinds of requests take the same time. measure makes one of each in sequence, so that a slow phase
// of the target affects both. SameTime calls it a few times and, if the times differ, as often again: the row fails only if both
// rounds show a difference in the same direction. The durations are part of the evidence.
func SameTime(ctx context.Context, one, other string, times int, measure func() (one, other time.Duration)) {
	var rounds []string
	longer, shorter := true, true // in every round
	for range 2 {
		var a, b []time.Duration
		for range times {
			x, y := measure()
			a, b = append(a, x), append(b, y)
		}
		rounds = append(rounds, fmt.Sprintf("%s: %s; %s: %s", one, durations(a), other, durations(b)))
		judge.Remark(ctx, "measured "+rounds[len(rounds)-1])
		if longer, shorter = longer && apart(a, b), shorter && apart(b, a); !longer && !shorter {
			judge.Held(ctx)
			return
		}
	}
	judge.Violated(ctx, "equal times of "+one+" and "+other, strings.Join(rounds, "; again, "))
}

// little is a difference too small to mean anything over a network.
const little = 50 * time.Millisecond

// apart reports whether requests clearly take longer than others: three times as long in the median, and none as short as the
// longest of the others.
func apart(long, short []time.Duration) bool {
	l, s := median(long), median(short)
	return l-s >= little && l >= 3*s && slices.Min(long) > slices.Max(short)
}

func durations(list []time.Duration) string {
	var words []string
	for _, d := range list {
		words = append(words, fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000))
	}
	return strings.Join(words, ", ")
}

func median(list []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(list))
	return sorted[len(sorted)/2]
}

package kind

import (
	"slices"
	"testing"
)

func TestARefusalForHasteIsReportedBeforeAPause(t *testing.T) {
	for name, c := range map[string]struct {
		asked []bool // whether the request could wait
		want  string
		waits int
	}{
		"nothing":      {nil, "", 0},
		"a pause":      {[]bool{true}, slowed, 1},
		"a refusal":    {[]bool{false}, refused, 0},
		"one and both": {[]bool{true, false, true}, refused, 2},
	} {
		var s Slowness
		var waited []string
		for _, waits := range c.asked {
			s.note(waits, func(why string) { waited = append(waited, why) })
		}
		if s.Why() != c.want || !slices.Equal(waited, slices.Repeat([]string{slowed}, c.waits)) {
			t.Errorf("%s: %q, waited for %q", name, s.Why(), waited)
		}
	}
	if why := (*Slowness)(nil).Why(); why != "" {
		t.Errorf("tools without one: %q", why)
	}
}

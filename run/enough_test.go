package run

import (
	"math"
	"strings"
	"testing"

	"github.com/authconform/authconform/harness/home"
	"github.com/authconform/authconform/internal/exit"
)

func TestARunThatMayNotHaveWhatItNeedsIsNotBegun(t *testing.T) {
	f := &home.Flags{}
	f.Browser = "off"
	for name, c := range map[string]struct {
		o    Options
		a    allowed
		want string // "": it is begun
	}{
		"all that it needs":             {Options{Procs: 4, Flags: f}, allowed{128, math.MaxInt64}, ""},
		"one descriptor too few":        {Options{Procs: 4, Flags: f}, allowed{127, math.MaxInt64}, "ulimit -n 128"},
		"more workers":                  {Options{Procs: 8, Flags: f}, allowed{128, math.MaxInt64}, "ulimit -n 192"},
		"a mock in the process":         {Options{Procs: 4, Flags: f, BuiltIn: true}, allowed{128, math.MaxInt64}, "ulimit -n 256"},
		"as many addresses as it needs": {Options{Procs: 4, Flags: f}, allowed{128, 2 << 30}, ""},
		"too few addresses":             {Options{Procs: 4, Flags: f}, allowed{128, 1 << 30}, "ulimit -v 2097152"},
	} {
		err := c.o.enough(c.a)
		if (err == nil) != (c.want == "") || err != nil && (!strings.Contains(err.Error(), c.want) || exit.Code(err) != exit.NoTarget) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

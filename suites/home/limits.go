package home

import (
	"time"

	"github.com/authconform/authconform/harness/judge"
	. "github.com/authconform/authconform/suites/expect"
)

// leeway is how long an expired access token may still pass: ten seconds, and a little for the clock's whole seconds.
const leeway = 12 * time.Second

// shortlyBefore judges what must still work shortly before a limit. A slow target's own delay counts: if it is as long as the
// margin, the try is repeated with a longer one.
func shortlyBefore(ctx Ctx, before time.Duration, try func(before time.Duration) (judge func())) {
	for range 3 {
		began := time.Now()
		judged := try(before)
		if time.Since(began) < before-time.Second {
			judged()
			return
		}
		before *= 2
	}
	judge.Block(ctx, "the target is too slow to judge what works just before a limit")
}

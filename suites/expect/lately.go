package expect

import (
	"context"

	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
)

// Lately checks a control. If an earlier row has checked it recently, at a target that remembers it, the target need only still
// answer.
func Lately(ctx context.Context, target any, control string, hold func()) {
	memory, ok := target.(oauth.Memory)
	if !ok || !memory.Held(control) {
		hold()
		if ok {
			memory.Holds(control)
		}
		return
	}
	judge.Remark(ctx, "control, which an earlier row has seen: "+control)
	memory.Answers(ctx)
}

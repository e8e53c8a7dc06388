package expect

import (
	"context"

	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
)

// Lately holds a control. Where an earlier row has held it lately, at a target that remembers it, it is enough that the target
// still answers.
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

package judge

import (
	"context"
	"errors"

	"github.com/authconform/authconform/evidence"
)

// Attempt runs steps that would block a spec, and makes the reason an error.
func Attempt(ctx context.Context, body func(context.Context)) error {
	record := NewRecord()
	under := With(ctx, record)
	Run(func() { body(under); Held(under) })
	defer record.End(ctx)
	if out := record.Outcome(evidence.Must, true); out.Verdict != evidence.Pass {
		return errors.New(out.Reason)
	}
	return nil
}

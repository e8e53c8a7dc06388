package judge

import (
	"context"
	"errors"

	"github.com/authconform/authconform/evidence"
)

// Attempt runs steps that would block a spec, and makes the reason an error. Their exchanges are nobody's evidence. It
// runs their cleanups.
func Attempt(ctx context.Context, body func(context.Context)) error {
	record := NewRecord()
	under := With(ctx, record)
	defer record.End(under)
	Run(func() { body(under); Held(under) })
	if out := record.Outcome(evidence.Must, true); out.Verdict != evidence.Pass {
		return errors.New(out.Reason)
	}
	return nil
}

package judge

import (
	"context"
	"errors"

	"github.com/authconform/authconform/evidence"
)

// Attempt runs steps that could block a spec, and returns the reason as an error. Their exchanges are not evidence, but the
// record under ctx, if any, learns their secrets. It runs their cleanups.
func Attempt(ctx context.Context, body func(context.Context)) error {
	record := NewRecord()
	if outer, ok := ctx.Value(recordKey{}).(*Record); ok {
		record.secrets = outer.secrets
	}
	under := With(ctx, record)
	defer record.End(under)
	Run(func() { body(under); Held(under) })
	if out := record.Outcome(evidence.Must, false); out.Verdict != evidence.Pass {
		return errors.New(out.Reason)
	}
	return nil
}

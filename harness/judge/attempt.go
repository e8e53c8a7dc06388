package judge

import (
	"context"
	"errors"

	"github.com/authconform/authconform/evidence"
)

// Attempt runs steps that would block a spec, and makes the reason an error. Their exchanges are nobody's evidence, but the
// secrets in them are known to the record under ctx, if there is one. It runs their cleanups.
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

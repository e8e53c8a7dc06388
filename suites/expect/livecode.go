package expect

import (
	"context"

	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
)

// LiveCode says how a row gets codes and redeems them.
type LiveCode struct {
	Code   func(ctx context.Context) string
	Redeem func(ctx context.Context, code string, changes ...oauth.Change) *wire.Exchange
}

// Refuses judges that every change to the token request is refused, each made with a live code. A target that keeps a refused
// code needs only one login for all changes: redeeming the code afterwards shows that it was live, and is the control. Otherwise,
// and before a target fails, each change gets its own code.
func (c LiveCode) Refuses(ctx context.Context, refusal Expectation, names []string, changes [][]oauth.Change) {
	code, answers := c.Code(ctx), make([]*wire.Exchange, len(names))
	refused := true
	for i, name := range names {
		answers[i] = c.Redeem(judge.Step(ctx, name), code, changes[i]...)
		as, _ := refusal.Match(answers[i])
		refused = refused && as
	}
	if refused && gives(c.Redeem(judge.Step(ctx, afterwards), code)) {
		for i, name := range names {
			judge.Expect(judge.Step(ctx, name), answers[i]).To(refusal)
		}
		return
	}
	c.Works(ctx)
	judge.Each(ctx, Indices(len(names)), func(i int) string { return names[i] }, func(ctx context.Context, i int) {
		judge.Expect(ctx, c.Redeem(ctx, c.Code(ctx), changes[i]...)).To(refusal)
	})
}

// Still judges that a refused code, or else a fresh one, can be redeemed: Works after the refusal.
func (c LiveCode) Still(ctx context.Context, refused string) {
	if !gives(c.Redeem(judge.Step(ctx, afterwards), refused)) {
		c.Works(ctx)
	}
}

// Works judges that a fresh code can be redeemed: the control of most refusals.
func (c LiveCode) Works(ctx context.Context) {
	judge.Control(ctx, c.Redeem(ctx, c.Code(ctx))).To(IssueTokens())
}

const afterwards = "the code afterwards"

// gives reports whether an answer is a success with an access token.
func gives(e *wire.Exchange) bool { return oauth.Granted(e, "").Access != "" }

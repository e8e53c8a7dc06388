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
	Spare  func(ctx context.Context) (code string, ok bool) // one that an earlier row left; nil: there is none
}

// Spend hands a code in and returns the answer: one that an earlier row left, as far as there is one and it brings tokens, or else
// a fresh one. A code that was left may have died, so that only what becomes of a fresh one can accuse a target.
// What use asks of the code before, it asks of a fresh one again.
func (c LiveCode) Spend(ctx context.Context, use func(ctx context.Context, code string) *wire.Exchange) *wire.Exchange {
	return c.SpendIf(ctx, gives, use)
}

// SpendIf is Spend where another answer than tokens shows that the code lived.
func (c LiveCode) SpendIf(
	ctx context.Context, lived func(*wire.Exchange) bool, use func(ctx context.Context, code string) *wire.Exchange,
) *wire.Exchange {
	if code, ok := c.spare(ctx); ok {
		if answer := use(ctx, code); lived(answer) {
			return answer
		}
	}
	return use(ctx, c.Code(ctx))
}

// Spent is a code that was handed in, which is a control.
func (c LiveCode) Spent(ctx context.Context) (code string, answer *wire.Exchange) {
	answer = c.Spend(ctx, func(ctx context.Context, live string) *wire.Exchange {
		code = live
		return c.Redeem(ctx, live)
	})
	judge.Control(ctx, answer).To(IssueTokens())
	return code, answer
}

func (c LiveCode) spare(ctx context.Context) (string, bool) {
	if c.Spare == nil {
		return "", false
	}
	return c.Spare(ctx)
}

// Refuses judges that every change to the token request is refused, each made with a live code. A target that keeps a refused
// code needs only one login for all changes: redeeming the code afterwards shows that it was live, and is the control. Otherwise,
// and before a target fails, each change gets its own code.
func (c LiveCode) Refuses(ctx context.Context, refusal Expectation, names []string, changes [][]oauth.Change) {
	code, left := c.spare(ctx)
	if !left {
		code = c.Code(ctx)
	}
	answers := make([]*wire.Exchange, len(names))
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

// Works holds a code that is redeemed as it should be: the control of most refusals.
func (c LiveCode) Works(ctx context.Context) {
	judge.Control(ctx, c.Spend(ctx, func(ctx context.Context, code string) *wire.Exchange { return c.Redeem(ctx, code) })).To(IssueTokens())
}

const afterwards = "the code afterwards"

// gives reports whether an answer is a success with an access token.
func gives(e *wire.Exchange) bool { return oauth.Granted(e, "").Access != "" }

package expect

import (
	"context"
	"net/http"
	"testing"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
)

// codes issues codes that can be redeemed once, and decides how requests with changes are answered.
type codes struct {
	given int
	spent map[string]bool
	keeps bool // a refused code
	grant bool // to requests with changes too
	error int  // status that refuses a known code; 0: 400
}

func (c *codes) live() LiveCode {
	return LiveCode{
		Code: func(context.Context) string { c.given++; return string(rune('a' + c.given)) },
		Redeem: func(_ context.Context, code string, changes ...oauth.Change) *wire.Exchange {
			dead := c.spent[code]
			c.spent[code] = c.spent[code] || len(changes) == 0 || !c.keeps
			switch {
			case !dead && (len(changes) == 0 || c.grant):
				return asJSON(`{"access_token":"t"}`)
			case dead && c.error != 0:
				return &wire.Exchange{Status: c.error}
			}
			return &wire.Exchange{Status: http.StatusBadRequest}
		},
	}
}

func TestRefusalsShareACodeThatLives(t *testing.T) {
	for name, c := range map[string]struct {
		codes codes
		given int
		want  evidence.Verdict
	}{
		"a target that keeps it":                {codes{keeps: true}, 1, evidence.Pass},
		"one that burns it":                     {codes{}, 4, evidence.Pass},
		"one that burns it with a server error": {codes{error: 500}, 4, evidence.Pass},
		"one that refuses nothing":              {codes{keeps: true, grant: true}, 4, evidence.Fail},
	} {
		c.codes.spent = map[string]bool{}
		record := judge.NewRecord()
		judge.Run(func() {
			change := []oauth.Change{oauth.Drop("client_id")}
			c.codes.live().Refuses(judge.OneByOne(judge.With(t.Context(), record)), HaveStatus(400), []string{"one", "two"},
				[][]oauth.Change{change, change})
		})
		if got := record.Outcome(evidence.Must, false); got.Verdict != c.want || c.codes.given != c.given {
			t.Errorf("%s: %s %s after %d codes", name, got.Verdict, got.Reason, c.codes.given)
		}
	}
}

func TestACodeThatWasLeftAccusesNobody(t *testing.T) {
	for name, c := range map[string]struct {
		left   string
		change bool
		given  int
		want   evidence.Verdict
	}{
		"one that lives":                         {"left", false, 0, evidence.Pass},
		"one that has died":                      {"dead", false, 1, evidence.Pass},
		"none":                                   {"", false, 1, evidence.Pass},
		"one that lives, where a change refuses": {"left", true, 1, evidence.Fail},
	} {
		target := codes{keeps: true, spent: map[string]bool{"dead": true}}
		live := target.live()
		live.Spare = func(context.Context) (string, bool) { return c.left, c.left != "" }
		record := judge.NewRecord()
		ctx := judge.With(t.Context(), record)
		judge.Run(func() {
			var changes []oauth.Change
			if c.change {
				changes = append(changes, oauth.Drop("client_id"))
			}
			judge.Expect(ctx, live.Spend(ctx, func(ctx context.Context, code string) *wire.Exchange {
				return live.Redeem(ctx, code, changes...)
			})).To(HaveStatus(200))
		})
		if got := record.Outcome(evidence.Must, false); got.Verdict != c.want || target.given != c.given {
			t.Errorf("%s: %s %s after %d fresh codes", name, got.Verdict, got.Reason, target.given)
		}
	}
}

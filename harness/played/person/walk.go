package person

import (
	"context"
	"errors"

	"github.com/authconform/authconform/harness/browser"
	"github.com/authconform/authconform/harness/condition"
	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
)

// Person logs in and consents at a server's pages. It is safe for concurrent use.
type Person struct {
	Account oauth.Account
	Wire    *wire.Client
	Steps   []Step // how pages are walked in a browser; none: as plain HTML forms, without one

	// NewPage opens a page of the person's browser, and Show keeps a page as evidence. Both are for walks with Steps.
	NewPage func(context.Context) (*browser.Page, error)
	Show    func(ctx context.Context, page *browser.Page, step string)
}

// Walk is a way through a server's pages: where it starts, what the user decides, and which URLs end it. Those belong to
// the client, and are not opened.
type Walk struct {
	From   string
	Refuse bool // the person says no
	Ends   func(url string) bool
}

// Trail is the result of a walk.
type Trail struct {
	Last           *wire.Exchange // the redirect to the end, or the page that was stuck at
	Went           []string       // where the person was sent, in order
	End            string         // the last of them, if the walk ended there
	Asked, Offered bool           // a page needed input; a page let the person deny
	Password       bool           // a page asked for a password
	Why            string         // why the walk reached no end
	err            error          // why the walk broke off
	denied         bool           // the person said no
	cancelled      string         // the origin of a login that they may have cancelled
}

// Return is the trail as the outcome of an authorization request.
func (t Trail) Return() oauth.Return {
	r := oauth.Return{Last: t.Last, Asked: t.Asked, Offered: t.Offered, Password: t.Password, Why: t.Why}
	if t.End != "" {
		r.Came(t.End)
	}
	return r
}

// Walk performs a walk. A walk that breaks off, because no response came or a page could not be driven, blocks the spec: it
// does not show a refusal.
func (who *Person) Walk(ctx context.Context, w Walk) Trail {
	goes := who.fillForms
	if len(who.Steps) > 0 {
		goes = who.takeSteps
	}
	way := goes(ctx, w)
	var kept *browser.KeptError
	switch {
	case way.End != "":
	case errors.As(way.err, &kept):
		judge.Lacks(ctx, string(condition.Origin), "%v", kept)
	case way.err != nil:
		judge.Block(ctx, "the pages cannot be completed: %v", way.err)
	case way.Last.Status == 0:
		judge.Block(ctx, "the pages end without an answer: %s", way.Last)
	}
	return way
}

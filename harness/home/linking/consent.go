package linking

import (
	"context"
	"net/http"
	"net/url"

	"github.com/authconform/authconform/harness/home"
	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/played/thirdparty"
	"github.com/authconform/authconform/harness/wire"
)

// Back opens the callback with this query, as a browser without a login.
func Back(ctx context.Context, query string) *wire.Exchange {
	return home.From(ctx).Get(ctx, callback+"?"+query)
}

// Query encodes pairs as a query.
func Query(pairs ...string) string { return wire.Form(pairs...) }

// Return opens the callback with a code for the flow, as a control.
func Return(ctx context.Context, code, state string) {
	if e := Back(ctx, Query("code", code, "state", state)); e.Status != http.StatusOK {
		judge.Block(ctx, "the callback does not accept a valid code and state: %s", e)
	}
}

// Consent logs in at the third party for the flow and returns with the code.
func Consent(ctx context.Context, app *thirdparty.App, s *Step) {
	code, _, state := app.Authorize(ctx, s.URL)
	Return(ctx, code, state)
}

// Finish consents and polls, and returns the flow's last step.
func Finish(ctx context.Context, app *thirdparty.App, s *Step) *Step {
	Consent(ctx, app, s)
	return Poll(ctx, s.FlowID)
}

// Link links the app's account and returns its entry, as a control.
func Link(ctx context.Context, app *thirdparty.App, s Settings) Entry {
	return LinkWith(ctx, app, Enter(ctx, app, s).ID)
}

// LinkWith is Link with an existing credential.
func LinkWith(ctx context.Context, app *thirdparty.App, credential string) Entry {
	last := Finish(ctx, app, Begin(ctx, credential))
	if last.Type != "create_entry" || last.Result.EntryID == "" {
		judge.Block(ctx, "a successful flow creates no entry: %s", last.Exchange)
	}
	return Look(ctx, last.Result.EntryID)
}

// State is the state parameter of an authorize URL.
func State(authorizeURL string) string {
	u, err := url.Parse(authorizeURL)
	if err != nil {
		return ""
	}
	return u.Query().Get("state")
}

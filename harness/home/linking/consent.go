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

// Back is the browser that comes back: a request with this query, as anybody.
func Back(ctx context.Context, query string) *wire.Exchange {
	return home.From(ctx).Get(ctx, callback+"?"+query)
}

// Query encodes pairs.
func Query(pairs ...string) string { return wire.Form(pairs...) }

// Return brings a code back for the flow. That the home lets the browser go is a control.
func Return(ctx context.Context, code, state string) {
	if e := Back(ctx, Query("code", code, "state", state)); e.Status != http.StatusOK {
		judge.Block(ctx, "the callback does not accept a valid code and state: %s", e)
	}
}

// Consent logs in at the third party for the flow and brings the code back.
func Consent(ctx context.Context, app *thirdparty.App, s *Step) {
	code, _, state := app.Authorize(ctx, s.URL)
	Return(ctx, code, state)
}

// Finish consents and polls: the last step of the flow.
func Finish(ctx context.Context, app *thirdparty.App, s *Step) *Step {
	Consent(ctx, app, s)
	return Poll(ctx, s.FlowID)
}

// Link makes an entry of the app's account. Getting it is a control.
func Link(ctx context.Context, app *thirdparty.App, s Settings) Entry {
	return LinkWith(ctx, app, Enter(ctx, app, s).ID)
}

// LinkWith is Link with a credential that is there.
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

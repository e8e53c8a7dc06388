package expect

import (
	"context"
	"net/http"
	"testing"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/wire"
	"github.com/authconform/authconform/suites/profiles"
)

// barren is a server that issues no refresh tokens, with its metadata.
type barren struct{ metadata string }

func (b barren) Document(context.Context) *wire.Exchange {
	if b.metadata == "" {
		return &wire.Exchange{Status: http.StatusNotFound}
	}
	return asJSON(b.metadata)
}
func (barren) Issuers() []string                                             { return nil }
func (barren) Request() oauth.Form                                           { return nil }
func (barren) Authorize(context.Context, oauth.Form) oauth.Return            { return oauth.Return{Code: "c"} }
func (barren) CodeGrant(string) oauth.Form                                   { return nil }
func (barren) SendToken(_ context.Context, _, _, _, _ string) *wire.Exchange { return nil }
func (barren) Exchange(context.Context, string, ...oauth.Change) *wire.Exchange {
	return asJSON(`{"access_token":"a"}`)
}
func (barren) Renew(context.Context, string, ...oauth.Change) *wire.Exchange { return nil }

func asJSON(body string) *wire.Exchange {
	return &wire.Exchange{Status: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: body}
}

func TestAServerWithoutRefreshTokensIsSparedOnlyIfItAnnouncesNone(t *testing.T) {
	optional := &profiles.Profile{Inputs: map[string][]string{"optional": {"refresh-token"}}}
	for name, c := range map[string]struct {
		profile  *profiles.Profile
		metadata string
		want     evidence.Verdict
	}{
		"none announced":       {optional, `{"grant_types_supported":["authorization_code"]}`, evidence.NotApplicable},
		"nothing said":         {optional, `{}`, evidence.NotApplicable},
		"no metadata":          {optional, "", evidence.NotApplicable},
		"announced":            {optional, `{"grant_types_supported":["authorization_code","refresh_token"]}`, evidence.Blocked},
		"the profile wants it": {&profiles.Profile{}, "", evidence.Blocked},
	} {
		record := judge.NewRecord()
		server := barren{c.metadata}
		ctx := Under(oauth.With(judge.With(t.Context(), record), server), c.profile, 1)
		judge.Run(func() { IssueRefreshable(ctx, server) })
		if got := record.Outcome(evidence.Must, false); got.Verdict != c.want {
			t.Errorf("%s: %s %s, want %s", name, got.Verdict, got.Reason, c.want)
		}
	}
}

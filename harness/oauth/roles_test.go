package oauth

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/wire"
)

// scripted is a Server that gives a test's answers and records the requests.
type scripted struct {
	code   string
	answer string // of the token endpoint

	asked, redeemed string
}

func (s *scripted) Request() Form { return Form{{"client_id", "home"}} }

func (s *scripted) Authorize(_ context.Context, request Form) Return {
	s.asked = request.Encode()
	return Return{Code: s.code, Last: &wire.Exchange{Status: http.StatusBadRequest}}
}

func (s *scripted) CodeGrant(code string) Form { return Form{{"code", code}} }

func (s *scripted) Exchange(_ context.Context, code string, changes ...Change) *wire.Exchange {
	s.redeemed = s.CodeGrant(code).Apply(changes...).Encode()
	status := http.StatusOK
	if s.answer == "" {
		status = http.StatusBadRequest
	}
	return &wire.Exchange{Status: status, Header: http.Header{"Content-Type": {"application/json"}}, Body: s.answer}
}

func (s *scripted) Renew(context.Context, string, ...Change) *wire.Exchange { return &wire.Exchange{} }

func (s *scripted) SendToken(context.Context, string, string, string, string) *wire.Exchange {
	return &wire.Exchange{}
}

// outcome returns the result of a spec with this body, against a target.
func outcome(t *testing.T, target any, body func(context.Context)) evidence.Result {
	t.Helper()
	record := judge.NewRecord()
	ctx := With(judge.With(t.Context(), record), target)
	judge.Run(func() {
		body(ctx)
		judge.Held(ctx)
	})
	return record.Outcome(evidence.Must, true)
}

func TestATargetIsFoundInTheRolesThatItPlays(t *testing.T) {
	target := &scripted{}
	got := outcome(t, target, func(ctx context.Context) {
		if Get[Server](ctx) != Server(target) || Get[Authorizer](ctx) != Authorizer(target) {
			t.Error("it is another target")
		}
	})
	if got.Verdict != evidence.Pass {
		t.Errorf("%s: %s", got.Verdict, got.Reason)
	}
}

func TestARoleThatTheTargetDoesNotPlayIsNotApplicable(t *testing.T) {
	for _, target := range []any{&scripted{}, nil} {
		got := outcome(t, target, func(ctx context.Context) {
			Get[Revoker](ctx)
			t.Error("the spec goes on")
		})
		if got.Verdict != evidence.NotApplicable || got.Reason != "the target does not play the role of Revoker" {
			t.Errorf("%T: %s: %s", target, got.Verdict, got.Reason)
		}
	}
}

func TestACodeIsBoundToItsVerifier(t *testing.T) {
	for verifier, want := range map[string]string{
		"":       "client_id=home&state=s",
		Verifier: "client_id=home&" + challenge + "&state=s",
	} {
		s := &scripted{code: "c0de"}
		got := outcome(t, nil, func(ctx context.Context) {
			if code := Code(ctx, s, verifier, Set("state", "s")); code != "c0de" || s.asked != want {
				t.Errorf("code %q, asked %s, want %s", code, s.asked, want)
			}
		})
		if got.Verdict != evidence.Pass {
			t.Errorf("%s: %s", got.Verdict, got.Reason)
		}
	}
}

func TestAFlowThatBringsNoTokensBlocksItsSpec(t *testing.T) {
	const good = `{"access_token":"a","refresh_token":"r"}`
	for name, c := range map[string]struct {
		server scripted
		issue  func(context.Context, Server) Tokens
		want   string // "": a pass
	}{
		"all goes well":           {scripted{code: "c", answer: good}, Issue, ""},
		"one to be refreshed":     {scripted{code: "c", answer: good}, IssueRefreshable, ""},
		"no code":                 {scripted{answer: good}, Issue, "a valid authorization request yields no code: 400"},
		"a refused code":          {scripted{code: "c"}, Issue, "a fresh code yields no access token: 400"},
		"an answer without token": {scripted{code: "c", answer: "{}"}, Issue, "a fresh code yields no access token: 200 {}"},
		"no refresh token":        {scripted{code: "c", answer: `{"access_token":"a"}`}, IssueRefreshable, "no refresh token is issued with"},
		"no need of one":          {scripted{code: "c", answer: `{"access_token":"a"}`}, Issue, ""},
	} {
		got := outcome(t, nil, func(ctx context.Context) {
			if tokens := c.issue(ctx, &c.server); tokens.Access != "a" || c.server.redeemed != "code=c" {
				t.Errorf("%s: %+v for %s", name, tokens, c.server.redeemed)
			}
		})
		want := evidence.Blocked
		if c.want == "" {
			want = evidence.Pass
		}
		if got.Verdict != want || !strings.Contains(got.Reason, c.want) {
			t.Errorf("%s: %s (%s), want %s (%s)", name, got.Verdict, got.Reason, want, c.want)
		}
	}
}

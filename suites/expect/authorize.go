package expect

import (
	"context"
	"slices"
	"strings"

	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
)

// returned matches the result of an authorization request.
type returned struct {
	want string
	test func(oauth.Return) bool
}

// BringCode holds for an authorization request that brought a code back (RFC 6749 §4.1.2).
func BringCode() judge.Matcher {
	return returned{"a code", func(r oauth.Return) bool { return r.Code != "" }}
}

// BringNoCode holds for a request that brought neither a code nor a token, whether it ended at the client or on a page. An
// error's description may mention tokens.
func BringNoCode() judge.Matcher {
	return returned{"no code", func(r oauth.Return) bool {
		for name := range r.Query {
			if strings.Contains(name, "token") {
				return false
			}
		}
		return r.Code == ""
	}}
}

// SendNobody holds for a request that ended on a page of the server, without a redirect to a client.
func SendNobody() judge.Matcher {
	return returned{"a page of the server, no redirect to a client", func(r oauth.Return) bool { return r.Query == nil }}
}

// RefuseAuthorization holds for the profile's refusal with this name: only one of its error codes came back to the client, or the
// request ended on an answer with one of its statuses (RFC 6749 §4.1.2.1). If the profile allows any, any error may come back.
func RefuseAuthorization(ctx context.Context, name string) judge.Matcher {
	a := Answer(ctx, name)
	page := All(statusOf(a), GrantNothing())
	want := page.Expected()
	switch {
	case a.Any:
		want = "an error, or a page that refuses"
	case len(a.Error) > 0:
		want = "error " + strings.Join(a.Error, " or ") + ", or a page that refuses"
	}
	return returned{want, func(r oauth.Return) bool {
		if r.Query == nil {
			return page.check(r.Last) == nil
		}
		return r.Code == "" && (a.Any && r.Error != "" || slices.Contains(a.Error, r.Error))
	}}
}

// Match implements gomega's matcher for oauth.Return.
func (m returned) Match(actual any) (bool, error) {
	r, ok := actual.(oauth.Return)
	return ok && m.test(r), nil
}

// Expected implements judge.Described.
func (m returned) Expected() string { return m.want }

// Got implements judge.Described.
func (m returned) Got(actual any) string {
	r, _ := actual.(oauth.Return)
	if r.Query != nil && r.Error != "" {
		return "sent back with error " + r.Error
	}
	return r.String()
}

// FailureMessage implements gomega's matcher.
func (m returned) FailureMessage(actual any) string {
	return "expected " + m.want + ", got " + m.Got(actual)
}

// NegatedFailureMessage implements gomega's matcher.
func (m returned) NegatedFailureMessage(any) string { return "expected not " + m.want }

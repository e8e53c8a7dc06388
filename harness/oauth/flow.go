package oauth

import (
	"context"

	"github.com/authconform/authconform/harness/judge"
)

// Code performs a whole authorization and returns its code, bound to the S256 challenge of a verifier unless that is "".
// Getting one is a control.
func Code(ctx context.Context, s Authorizer, verifier string, changes ...Change) string {
	if verifier != "" {
		changes = append(Challenge(verifier), changes...)
	}
	back := s.Authorize(ctx, s.Request().Apply(changes...))
	if back.Code == "" {
		judge.Block(ctx, "a valid authorization request yields no code: %s", back)
	}
	return back.Code
}

// Issue returns the tokens of an unshared session, from a whole flow or from Sessions. Getting an access
// token is a control.
func Issue(ctx context.Context, s Server) Tokens {
	if left, ok := s.(Sessions); ok {
		return left.Issue(ctx)
	}
	return Fresh(ctx, s)
}

// Fresh performs a whole flow and returns its tokens. Getting an access token is a control.
func Fresh(ctx context.Context, s Server) Tokens {
	e := s.Exchange(ctx, Code(ctx, s, ""))
	got := Granted(e, "")
	if got.Access == "" {
		judge.Block(ctx, "a fresh code yields no access token: %s", e)
	}
	return got
}

// IssueRefreshable is Issue, with a refresh token as a control too.
func IssueRefreshable(ctx context.Context, s Server) Tokens {
	got := Issue(ctx, s)
	if got.Refresh == "" {
		judge.Block(ctx, "no refresh token is issued with the access token")
	}
	return got
}

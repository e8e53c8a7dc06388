package expect

import (
	"context"
	"net/http"
	"slices"

	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
)

// IssueRefreshable runs a whole flow. Its refresh token is a control. If the profile makes refresh tokens optional and the
// metadata do not announce them, the row does not apply to a target that issues none (RFC 6749 §5.1).
func IssueRefreshable(ctx context.Context, s oauth.Server) oauth.Tokens {
	return refreshable(ctx, oauth.Issue(ctx, s))
}

// FreshRefreshable is IssueRefreshable with a new session.
func FreshRefreshable(ctx context.Context, s oauth.Server) oauth.Tokens {
	return refreshable(ctx, oauth.Fresh(ctx, s))
}

func refreshable(ctx context.Context, got oauth.Tokens) oauth.Tokens {
	if got.Refresh == "" && RefreshOptional(ctx) {
		judge.NotApplicable(ctx, "the target issues no refresh token; RFC 6749 §5.1 makes it optional")
	}
	if got.Refresh == "" {
		judge.Block(ctx, "no refresh token is issued with the access token")
	}
	return got
}

// RefreshOptional reports whether a target may issue no refresh tokens.
func RefreshOptional(ctx context.Context) bool {
	if !slices.Contains(Inputs(ctx, "optional"), "refresh-token") {
		return false
	}
	doc := oauth.Get[oauth.Metadata](ctx).Document(ctx)
	announced, _ := HaveList("grant_types_supported", "refresh_token").Match(doc)
	return doc.Status != http.StatusOK || !announced
}

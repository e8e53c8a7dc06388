package provider

import (
	"context"
	"time"

	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/target"
	"github.com/authconform/authconform/harness/wire"
)

var _ target.AuthorizationServer = (*Target)(nil)

// FreshCode implements target.AuthorizationServer.
func (t *Target) FreshCode(ctx context.Context, verifier string) string {
	if verifier == "" {
		return t.Code(ctx)
	}
	return t.Code(ctx, target.Set("code_challenge", target.S256(verifier)), target.Set("code_challenge_method", "S256"))
}

// FreshTokens implements target.AuthorizationServer.
func (t *Target) FreshTokens(ctx context.Context) target.Tokens {
	got := t.Tokens(ctx)
	if got.Refresh == "" {
		judge.Block(ctx, "no refresh token comes with the access token")
	}
	return got
}

// SendToken implements target.AuthorizationServer.
func (t *Target) SendToken(ctx context.Context, method, query, contentType, body string) *wire.Exchange {
	return t.Wire.Do(ctx, target.TokenRequest(t.TokenURL, method, query, contentType, body))
}

// Advance implements target.AuthorizationServer.
func (t *Target) Advance(ctx context.Context, d time.Duration) error {
	err := t.Clock.Advance(ctx, d)
	t.Wire.Forget()
	return err
}

package target

import (
	"context"
	"net/http"
	"time"

	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/wire"
)

// AuthorizationServer is what a home and a third-party provider have in common: RFC 6749 from the side of a client that
// the person trusts. Specs that ask for no more judge both.
type AuthorizationServer interface {
	// FreshCode makes an authorization and gives its code, bound to the S256 challenge of a verifier unless that is "".
	// Getting one is a control.
	FreshCode(ctx context.Context, verifier string) string
	// FreshTokens makes a whole flow. Getting an access and a refresh token is a control.
	FreshTokens(ctx context.Context) Tokens
	// CodeGrant is the form that redeems a code.
	CodeGrant(code string) Form
	// Exchange redeems a code, with changes to the form if any; Renew refreshes.
	Exchange(ctx context.Context, code string, changes ...Change) *wire.Exchange
	Renew(ctx context.Context, refreshToken string, changes ...Change) *wire.Exchange
	// SendToken sends the token endpoint something else: a query, and a body of a type unless that is "".
	SendToken(ctx context.Context, method, query, contentType, body string) *wire.Exchange
	// Advance moves the server's time.
	Advance(ctx context.Context, d time.Duration) error
}

type serverKey struct{}

// WithServer lets the specs under ctx find the authorization server under test.
func WithServer(ctx context.Context, s AuthorizationServer) context.Context {
	return context.WithValue(ctx, serverKey{}, s)
}

// ServerFrom is the authorization server under test, whoever it is.
func ServerFrom(ctx context.Context) AuthorizationServer {
	s, ok := ctx.Value(serverKey{}).(AuthorizationServer)
	if !ok {
		panic("target: no authorization server in this context; was the spec run by the runner?")
	}
	return s
}

var _ AuthorizationServer = (*Home)(nil)

// FreshCode implements AuthorizationServer.
func (h *Home) FreshCode(ctx context.Context, verifier string) string {
	if verifier == "" {
		return h.Code(ctx, Login{})
	}
	return h.Code(ctx, Login{Challenge: S256(verifier)})
}

// FreshTokens implements AuthorizationServer.
func (h *Home) FreshTokens(ctx context.Context) Tokens { return h.Tokens(ctx, Login{}) }

// Renew implements AuthorizationServer.
func (h *Home) Renew(ctx context.Context, refreshToken string, changes ...Change) *wire.Exchange {
	judge.Secret(ctx, "refresh_token", refreshToken)
	return h.Refresh(ctx, Tokens{Refresh: refreshToken, ClientID: h.Client().ID}, changes...)
}

// SendToken implements AuthorizationServer.
func (h *Home) SendToken(ctx context.Context, method, query, contentType, body string) *wire.Exchange {
	return h.Wire.Do(ctx, TokenRequest("/auth/token", method, query, contentType, body))
}

// TokenRequest is what SendToken sends to a token endpoint.
func TokenRequest(endpoint, method, query, contentType, body string) wire.Request {
	r := wire.Request{Method: method, URL: endpoint, Body: body, Header: http.Header{}}
	if query != "" {
		r.URL += "?" + query
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	return r
}

// Advance implements AuthorizationServer.
func (h *Home) Advance(ctx context.Context, d time.Duration) error {
	err := h.Clock.Advance(ctx, d)
	h.Wire.Forget()
	return err
}

package oauth

import (
	"context"
	"net/http"
	"reflect"
	"time"

	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/wire"
)

// Authorizer is an authorization endpoint, with the person in front of it (RFC 6749 §3.1).
type Authorizer interface {
	// Request is a good authorization request of the default client, without PKCE.
	Request() Form
	// Authorize sends a request and plays the person who logs in and allows it.
	Authorize(ctx context.Context, request Form) Return
}

// Decliner is an authorization endpoint whose person may say no (RFC 6749 §4.1.2.1).
type Decliner interface {
	Authorizer
	// Deny sends a request and plays the person who does not allow it.
	Deny(ctx context.Context, request Form) Return
	// Declines reports whether a page let the person say no before anything was allowed.
	Declines() bool
}

// TokenEndpoint exchanges codes and refresh tokens (RFC 6749 §3.2). The default client authenticates as it is registered.
type TokenEndpoint interface {
	// CodeGrant is the form with which the default client redeems a code (RFC 6749 §4.1.3).
	CodeGrant(code string) Form
	// Exchange redeems a code, with changes to that form.
	Exchange(ctx context.Context, code string, changes ...Change) *wire.Exchange
	// Renew refreshes (RFC 6749 §6), with changes to the form.
	Renew(ctx context.Context, refreshToken string, changes ...Change) *wire.Exchange
	// SendToken sends the endpoint anything else: a query, and a body of a type unless that is "".
	SendToken(ctx context.Context, method, query, contentType, body string) *wire.Exchange
}

// Server is an authorization server: what a client needs to get tokens and to keep them.
type Server interface {
	Authorizer
	TokenEndpoint
}

// Sessions is a server where a session may come from a login that an earlier row has made and left unused.
type Sessions interface {
	// Issue is a session that nobody else uses. Getting one is a control.
	Issue(ctx context.Context) Tokens
}

// Spares is a server of which earlier rows have codes left that nobody handed in.
type Spares interface {
	// SpareCode is one of these, if there is one: for the default client, without PKCE. It may have died.
	SpareCode(ctx context.Context) (code string, ok bool)
}

// Samples is a server of which earlier rows saw secrets: the latest of each kind, of different logins.
type Samples interface {
	Codes() []string
	RefreshTokens() []string
	AccessTokens() []string
}

// Memory is a server of which rows remember that a control held lately.
type Memory interface {
	Held(control string) bool
	Holds(control string)
	// Answers is a cheap control: the target still answers a request that anybody may send.
	Answers(ctx context.Context)
}

// Revoker is a revocation endpoint (RFC 7009 §2).
type Revoker interface {
	Revoke(ctx context.Context, token string, changes ...Change) *wire.Exchange
}

// Introspector is an introspection endpoint (RFC 7662 §2).
type Introspector interface {
	// Introspect asks for a token as the default client, with changes to the form.
	Introspect(ctx context.Context, token string, changes ...Change) *wire.Exchange
	// SendIntrospection sends the endpoint anything else, as SendToken does.
	SendIntrospection(ctx context.Context, method, query, contentType, body string) *wire.Exchange
}

// Registrar is a client registration endpoint (RFC 7591 §3). What was registered is deleted when the spec ends, where the
// answer says how (RFC 7592 §2.3).
type Registrar interface {
	// Register posts a body of a media type: client metadata.
	Register(ctx context.Context, contentType, body string) *wire.Exchange
}

// Indicated is a server of which one resource is known by its identifier (RFC 8707 §2).
type Indicated interface{ Indicator() string }

// Resource is a protected resource that takes the access tokens of the server (RFC 6749 §7).
type Resource interface {
	// Fetch asks for it with an Authorization header as it is; "" sends none.
	Fetch(ctx context.Context, authorization string) *wire.Exchange
	// FetchQuery asks for it with a query instead (RFC 6750 §2.3).
	FetchQuery(ctx context.Context, query string) *wire.Exchange
}

// Confidential is a token endpoint whose default client has a secret, which it may show in two ways (RFC 6749 §2.3.1).
type Confidential interface {
	TokenEndpoint
	// InForm sends a form as it is: id and secret are among its parameters.
	InForm(ctx context.Context, f Form) *wire.Exchange
	// InHeader sends a form as it is, with a client's id and secret by HTTP Basic.
	InHeader(ctx context.Context, f Form, c Client) *wire.Exchange
	// Bars is why a way of client authentication (client_secret_basic, client_secret_post) is not to be judged: the default
	// client is registered for the other one. "": it is.
	Bars(method string) string
	// Unproven is why it proves nothing about the server if it refuses the way: the default client may be registered for the other
	// one (RFC 7591 §2, token_endpoint_auth_method). "": it proves that the server does not support it.
	Unproven(method string) string
}

// Library is a token endpoint that client libraries can use which are not ours.
type Library interface{ Endpoint() Endpoint }

// Endpoint describes a token endpoint to a client library.
type Endpoint struct {
	URL   string
	Basic bool         // the client authenticates in the header
	HTTP  *http.Client // sends what the library asks for, and records it
}

// Metadata is a server that publishes metadata (RFC 8414 §3).
type Metadata interface {
	// Document fetches the metadata from the URL where it was found.
	Document(ctx context.Context) *wire.Exchange
	// Issuers are the issuer identifiers whose metadata belong at that URL (RFC 8414 §3.1).
	Issuers() []string
}

// Clients are the harness's clients at a server. A missing one is the zero Client.
type Clients interface {
	Default() Client
	Other() Client  // the second client
	Public() Client // one without a secret
}

// Clock is a server whose time can be moved.
type Clock interface {
	Advance(ctx context.Context, d time.Duration) error
}

type rolesKey struct{}

// With makes the target's roles available to the specs under ctx: every role interface that it implements.
func With(ctx context.Context, player any) context.Context {
	return context.WithValue(ctx, rolesKey{}, player)
}

// Get returns the target in the role R. If the target does not play it, the row does not apply and the spec ends.
func Get[R any](ctx context.Context) R {
	role, ok := ctx.Value(rolesKey{}).(R)
	if !ok {
		judge.NotApplicable(ctx, "the target does not play the role of %s", reflect.TypeFor[R]().Name())
	}
	return role
}

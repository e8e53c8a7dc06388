package mockprovider

import (
	"net/http"
	"net/url"
	"time"

	"github.com/authconform/authconform/mock"
)

// Policy holds every protocol decision of the provider. Strict is the conforming one; a defect is a Policy with one
// field changed. Every field is a function, even a constant (mock.Is). The functions have no side effects.
type Policy struct {
	mock.Rules // of every request and answer

	// Redirect reports whether an app may redirect users to a URL.
	Redirect func(registered []string, asked string) bool
	// ResponseType reports whether a response_type is supported.
	ResponseType func(string) bool
	// Challenge says what is wrong with a code_challenge and its method; both "" is no PKCE.
	Challenge func(app App, challenge, method string) *mock.Refusal
	// Scope is the granted part of a requested scope; false: invalid_scope.
	Scope func(app App, asked string) (string, bool)
	// Resource says what is wrong with the requested resources, given the known ones (RFC 8707 §2).
	Resource func(known, asked []string) *mock.Refusal
	// Hint says what is wrong with a request's hint about the user (IndieAuth §5.2, me).
	Hint func(me string) *mock.Refusal
	// Unasked is the user for whom a browser gets a code without login and consent, given what the app was granted
	// before; false means none.
	Unasked func(granted []Grant) (string, bool)
	// CSRF reports whether a posted form came from one of our pages.
	CSRF func(want, got string) bool
	// NewCode creates an authorization code.
	NewCode func() string
	// Iss is the iss in a redirect to the app, with a code or an error; "" means none (RFC 9207 §2).
	Iss func(issuer string) string
	// Return rewrites the parameters of a redirect to the app, and RedirectStatus is its status.
	Return         func(url.Values) url.Values
	RedirectStatus func() int
	// ErrorsReturn reports whether errors are redirected to a valid client; else they are shown to the user.
	ErrorsReturn func() bool

	// Authenticate says why a client is refused, given how it sent its secret.
	Authenticate func(app App, known bool, way Way, secret string) *mock.Refusal
	// Redeem says why a code may not be redeemed; nil accepts it.
	Redeem func(c Code, app App, form url.Values, now time.Time) *mock.Refusal
	// SingleUse reports whether a code is deleted when it is redeemed; ReplayKills whether reusing a code ends its tokens.
	SingleUse, ReplayKills func() bool
	// Refresh says why a grant may not be refreshed; nil accepts it.
	Refresh func(g Grant, app App, now time.Time) *mock.Refusal
	// RefreshIdleTTL is how long an unused grant lives.
	RefreshIdleTTL func() time.Duration
	// Narrow is the scope of a refreshed token; false: invalid_scope.
	Narrow func(granted, asked string) (string, bool)
	// Audience are the resources of a token, given those of the grant and those requested; a refusal is invalid_target.
	Audience func(granted, asked []string) ([]string, *mock.Refusal)
	// Rotate reports whether an app gets a new refresh token with each refresh; ReuseKills whether reusing an old one ends the grant.
	Rotate     func(app App) bool
	ReuseKills func() bool
	// NewToken creates an access or refresh token, and AccessTTL is the lifetime of an access token.
	NewToken  func() string
	AccessTTL func() time.Duration
	// TokenAnswer is the body of a successful token response, and TokenHeader its headers.
	TokenAnswer func(access, refresh, scope string, ttl time.Duration) map[string]any
	TokenHeader func() http.Header
	// MayRevoke reports whether an app may revoke a grant's token; Cascades whether revoking one token ends the whole grant.
	MayRevoke func(app App, g Grant) bool
	Cascades  func() bool

	// MayIntrospect says why an authenticated app may not introspect tokens, and Tells is the response for one;
	// nil: there is no such token.
	MayIntrospect func(app App) *mock.Refusal
	Tells         func(app App, t *Token, issuer string) map[string]any

	// Register says what is wrong with the metadata of an app that registers itself, and Registered is the response.
	Register   func(Registration) *mock.Refusal
	Registered func(r Registration, a App, at Management) map[string]any

	// Bearer reads the token from a request to the API; "" if there is none.
	Bearer func(r mock.Request) string
	// Access reports whether an access token is valid now.
	Access func(t Access, now time.Time) bool
	// Allows reports whether a scope covers the required one.
	Allows func(scope, wanted string) bool
	// MetadataAt lists where RFC 8414's document stands, given the path of the issuer; Metadata is what it says.
	MetadataAt func(base string) []string
	Metadata   func(issuer string) map[string]any
}

// Way is how a client authenticates.
type Way string

// The ways (RFC 7591 §2).
const (
	None  Way = "none"
	Post  Way = "client_secret_post"
	Basic Way = "client_secret_basic"
)

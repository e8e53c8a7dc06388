package mockprovider

import (
	"net/http"
	"net/url"
	"time"

	"github.com/authconform/authconform/mock"
)

// Policy holds every protocol decision of the provider. Strict is the one that conforms; a defect is a Policy with one
// field changed. Every field is a function, the constants too (mock.Is). Functions decide and have no effects.
type Policy struct {
	mock.Rules // of every request and answer

	// Redirect tells whether an app may send people to a URL.
	Redirect func(registered []string, asked string) bool
	// ResponseType tells whether a response_type is served.
	ResponseType func(string) bool
	// Challenge says what is wrong with a code_challenge and its method; both "" is no PKCE.
	Challenge func(app App, challenge, method string) *mock.Refusal
	// Scope is what is granted of a scope that was asked for; false: invalid_scope.
	Scope func(app App, asked string) (string, bool)
	// Resource says what is wrong with the resources that are asked for, given those that there are (RFC 8707 §2).
	Resource func(known, asked []string) *mock.Refusal
	// Hint says what is wrong with the hint of who logs in, where a request has one (IndieAuth §5.2, me).
	Hint func(me string) *mock.Refusal
	// Unasked is the person for whom a browser gets a code without login and consent, given what the app was granted
	// before; false: nobody.
	Unasked func(granted []Grant) (string, bool)
	// CSRF tells whether a posted form is one of ours.
	CSRF func(want, got string) bool
	// NewCode makes an authorization code.
	NewCode func() string
	// Iss is the iss that comes back to the app, with a code or an error; "": none (RFC 9207 §2).
	Iss func(issuer string) string
	// Return is what comes back to the app, as it is about to be sent, and RedirectStatus how.
	Return         func(url.Values) url.Values
	RedirectStatus func() int
	// ErrorsReturn sends errors of a good client back to it; without it they are shown to the person.
	ErrorsReturn func() bool

	// Authenticate says why a client is refused that came with a secret in some way.
	Authenticate func(app App, known bool, way Way, secret string) *mock.Refusal
	// Redeem says why a code may not be redeemed.
	Redeem func(c Code, app App, form url.Values, now time.Time) *mock.Refusal
	// SingleUse forgets a code when it is redeemed; ReplayKills ends the tokens of a code that comes again.
	SingleUse, ReplayKills func() bool
	// Refresh says why a grant may not be refreshed.
	Refresh func(g Grant, app App, now time.Time) *mock.Refusal
	// RefreshIdleTTL is how long a grant lives without being used.
	RefreshIdleTTL func() time.Duration
	// Narrow is the scope of a refreshed token; false: invalid_scope.
	Narrow func(granted, asked string) (string, bool)
	// Audience are the resources of a token, given those of the grant and those asked for; a refusal: invalid_target.
	Audience func(granted, asked []string) ([]string, *mock.Refusal)
	// Rotate gives an app a new refresh token with each refresh; ReuseKills ends a grant whose old one comes again.
	Rotate     func(app App) bool
	ReuseKills func() bool
	// NewToken makes an access or refresh token, and AccessTTL is the life of an access token.
	NewToken  func() string
	AccessTTL func() time.Duration
	// TokenAnswer shapes a successful answer of the token endpoint, and TokenHeader are its headers.
	TokenAnswer func(access, refresh, scope string, ttl time.Duration) map[string]any
	TokenHeader func() http.Header
	// MayRevoke tells whether an app may revoke a token of a grant; Cascades ends the grant with any of its tokens.
	MayRevoke func(app App, g Grant) bool
	Cascades  func() bool

	// MayIntrospect says why an app that has authenticated may not ask what tokens are, and Tells is what it is told of one;
	// nil: there is no such token.
	MayIntrospect func(app App) *mock.Refusal
	Tells         func(app App, t *Token, issuer string) map[string]any

	// Register says what is wrong with the metadata of an app that registers itself, Registered is what it is told.
	Register   func(Registration) *mock.Refusal
	Registered func(r Registration, a App, at Management) map[string]any

	// Bearer reads the token of a request to the API, "" for none.
	Bearer func(r mock.Request) string
	// Access tells whether an access token holds now.
	Access func(t Access, now time.Time) bool
	// Allows tells whether a scope covers what is wanted.
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

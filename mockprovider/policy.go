package mockprovider

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/authconform/authconform/mock"
)

// Policy holds every protocol decision of the provider. Strict is the one that conforms. Functions decide and have no
// effects.
type Policy struct {
	mock.Rules // of every request and answer

	AccessTTL time.Duration // life of an access token

	// NewCode and NewToken make the secrets themselves.
	NewCode, NewToken func() string
	// Redirect tells whether an app may send people to a URL.
	Redirect func(registered []string, asked string) bool
	// ResponseType tells whether a response_type is served.
	ResponseType func(string) bool
	// Challenge says what is wrong with a code_challenge and its method; both "" is no PKCE.
	Challenge func(app App, challenge, method string) *mock.Refusal
	// Scope is what is granted of a scope that was asked for; false: invalid_scope.
	Scope func(app App, asked string) (string, bool)
	// Unasked is the person for whom a browser gets a code without login and consent, given what the app was granted
	// before; false: nobody.
	Unasked func(granted []Grant) (string, bool)
	// Return is what comes back to the app, as it is about to be sent, and RedirectStatus how.
	Return         func(url.Values) url.Values
	RedirectStatus int
	// ErrorsReturn sends errors of a good client back to it; without it they are shown to the person.
	ErrorsReturn bool
	// CSRF tells whether a posted form is one of ours.
	CSRF func(want, got string) bool

	// Authenticate says why a client is refused that came with a secret in some way.
	Authenticate func(app App, known bool, way Way, secret string) *mock.Refusal
	// Redeem says why a code may not be redeemed.
	Redeem func(c Code, app App, form url.Values, now time.Time) *mock.Refusal
	// SingleUse forgets a code when it is redeemed; ReplayKills ends the tokens of a code that comes again.
	SingleUse, ReplayKills bool
	// Refresh says why a grant may not be refreshed.
	Refresh func(g Grant, app App, now time.Time) *mock.Refusal
	// Narrow is the scope of a refreshed token; false: invalid_scope.
	Narrow func(granted, asked string) (string, bool)
	// Rotate gives a new refresh token with each refresh; ReuseKills ends a grant whose old one comes again.
	Rotate, ReuseKills bool
	// TokenAnswer shapes a successful answer of the token endpoint, and TokenHeader are its headers.
	TokenAnswer func(access, refresh, scope string, ttl time.Duration) map[string]any
	TokenHeader http.Header
	// MayRevoke tells whether an app may revoke a token of a grant; Cascades ends the grant with any of its tokens.
	MayRevoke func(app App, g Grant) bool
	Cascades  bool

	// Bearer reads the token of a request to the API, "" for none.
	Bearer func(r mock.Request) string
	// Access tells whether an access token holds now.
	Access func(t Access, now time.Time) bool
	// Allows tells whether a scope covers what is wanted.
	Allows func(scope, wanted string) bool
	// Metadata is RFC 8414's document.
	Metadata func(issuer string) map[string]any
}

// Way is how a client authenticates.
type Way string

// The ways (RFC 7591 §2).
const (
	None  Way = "none"
	Post  Way = "client_secret_post"
	Basic Way = "client_secret_basic"
)

// Strict is the policy that conforms.
func Strict() *Policy {
	return &Policy{
		Rules: mock.Rules{
			BodyLimit: 64 << 10, Duplicates: true,
			Headers:    http.Header{"Referrer-Policy": {"no-referrer"}, "X-Content-Type-Options": {"nosniff"}, "X-Frame-Options": {"DENY"}},
			PublicCORS: func(path string) bool { return path == metadataPath },
			Request:    func(r mock.Request) mock.Request { return r }, Answer: func(_ mock.Request, a mock.Answer) mock.Answer { return a },
		},
		AccessTTL: 30 * time.Minute,
		NewCode:   func() string { return mock.Secret(24) }, NewToken: func() string { return mock.Secret(32) },
		Redirect: slices.Contains[[]string], ResponseType: func(s string) bool { return s == "code" }, Challenge: checkChallenge, Scope: granted,
		Unasked: func([]Grant) (string, bool) { return "", false },
		Return:  func(v url.Values) url.Values { return v }, RedirectStatus: http.StatusSeeOther, ErrorsReturn: true,
		CSRF: func(want, got string) bool {
			return want != "" && subtle.ConstantTimeCompare([]byte(want), []byte(got)) == 1
		},
		Authenticate: authenticate, Redeem: redeemable(time.Minute), SingleUse: true, ReplayKills: true,
		Refresh: refreshable(90 * 24 * time.Hour), Narrow: narrowed, Rotate: true, ReuseKills: true,
		TokenAnswer: tokenAnswer, TokenHeader: http.Header{"Cache-Control": {"no-store"}, "Pragma": {"no-cache"}},
		MayRevoke: func(app App, g Grant) bool { return app.ID == g.AppID }, Cascades: true,
		Bearer: bearerOf, Access: func(t Access, now time.Time) bool { return now.Before(t.Expires) }, Allows: allows, Metadata: metadata,
	}
}

var challengeForm = regexp.MustCompile(`^[A-Za-z0-9_-]{43}\z`)

// checkChallenge takes S256 alone; a public client must use it (RFC 7636 §4.4.1, RFC 9700 §2.1.1).
func checkChallenge(app App, challenge, method string) *mock.Refusal {
	switch {
	case challenge == "" && method == "" && app.Public:
		return mock.Refuse(http.StatusBadRequest, "invalid_request", "code_challenge is wanted of a client without a secret", "RFC 9700 §2.1.1")
	case challenge == "" && method == "":
		return nil
	case method != "S256":
		return mock.Refuse(http.StatusBadRequest, "invalid_request", "code_challenge_method must be S256", "RFC 7636 §4.4.1")
	case !challengeForm.MatchString(challenge):
		return mock.Refuse(http.StatusBadRequest, "invalid_request", "code_challenge must be 43 base64url characters", "RFC 7636 §4.2")
	}
	return nil
}

// granted takes a subset of what the app may ask for, and grants all of it where nothing is asked.
func granted(app App, asked string) (string, bool) {
	if asked == "" {
		return strings.Join(app.Scopes, " "), true
	}
	for _, s := range strings.Fields(asked) {
		if !slices.Contains(app.Scopes, s) {
			return "", false
		}
	}
	return strings.Join(strings.Fields(asked), " "), true
}

// narrowed is RFC 6749 §6: a refresh may ask for less, never for more.
func narrowed(granted, asked string) (string, bool) {
	if asked == "" {
		return granted, true
	}
	for _, s := range strings.Fields(asked) {
		if !allows(granted, s) {
			return "", false
		}
	}
	return asked, true
}

func allows(scope, wanted string) bool { return slices.Contains(strings.Fields(scope), wanted) }

var badClient = mock.Refuse(http.StatusUnauthorized, "invalid_client", "the client is unknown, or its secret is wrong", "RFC 6749 §5.2")

// authenticate compares secrets in constant time; a client with a secret must show it, one without must not.
func authenticate(app App, known bool, way Way, secret string) *mock.Refusal {
	right := app.secretIs(secret)
	switch {
	case !known:
		return badClient
	case app.Public && way == None:
		return nil
	case app.Public || way == None || !right:
		return badClient
	}
	return nil
}

var (
	badCode      = mock.Refuse(http.StatusBadRequest, "invalid_grant", "the code is unknown, spent, too old, or another client's", "RFC 6749 §5.2")
	badRedirect  = mock.Refuse(http.StatusBadRequest, "invalid_grant", "redirect_uri is not that of the authorization request", "RFC 6749 §4.1.3")
	badVerifier  = mock.Refuse(http.StatusBadRequest, "invalid_grant", "code_verifier is missing or wrong", "RFC 7636 §4.6")
	noChallenge  = mock.Refuse(http.StatusBadRequest, "invalid_grant", "code_verifier without a code_challenge", "RFC 9700 §2.1.1")
	badRefresh   = mock.Refuse(http.StatusBadRequest, "invalid_grant", "the refresh token is unknown, spent, revoked, or another client's", "RFC 6749 §5.2")
	badScope     = mock.Refuse(http.StatusBadRequest, "invalid_scope", "more than was granted", "RFC 6749 §6")
	badRequest   = mock.Refuse(http.StatusBadRequest, "invalid_request", "a form is wanted that names each parameter once", "RFC 6749 §3.2")
	twoMethods   = mock.Refuse(http.StatusBadRequest, "invalid_request", "one way of client authentication, not two", "RFC 6749 §2.3")
	badGrantType = mock.Refuse(http.StatusBadRequest, "unsupported_grant_type", "authorization_code and refresh_token are served", "RFC 6749 §5.2")
	noGrantType  = mock.Refuse(http.StatusBadRequest, "invalid_request", "grant_type is wanted", "RFC 6749 §4.1.3")
)

// redeemable is the strict rule of redeeming: young, the client's own, to the same redirect_uri, bound to its challenge.
func redeemable(ttl time.Duration) func(Code, App, url.Values, time.Time) *mock.Refusal {
	return func(c Code, app App, form url.Values, now time.Time) *mock.Refusal {
		verifier := form.Get("code_verifier")
		switch {
		case now.Sub(c.Issued) > ttl, c.AppID != app.ID:
			return badCode
		case form.Get("redirect_uri") != c.Redirect:
			return badRedirect
		case c.Challenge == "" && form.Has("code_verifier"):
			return noChallenge
		case c.Challenge != "" && !verifies(c.Challenge, verifier):
			return badVerifier
		}
		return nil
	}
}

var verifierForm = regexp.MustCompile(`^[A-Za-z0-9._~-]{43,128}\z`)

// verifies holds a code_verifier against its S256 challenge (RFC 7636 §4.6).
func verifies(challenge, verifier string) bool {
	sum := sha256.Sum256([]byte(verifier))
	made := base64.RawURLEncoding.EncodeToString(sum[:])
	return verifierForm.MatchString(verifier) && subtle.ConstantTimeCompare([]byte(made), []byte(challenge)) == 1
}

func refreshable(idle time.Duration) func(Grant, App, time.Time) *mock.Refusal {
	return func(g Grant, app App, now time.Time) *mock.Refusal {
		if g.AppID != app.ID || now.Sub(g.Used) > idle {
			return badRefresh
		}
		return nil
	}
}

// tokenAnswer is RFC 6749 §5.1.
func tokenAnswer(access, refresh, scope string, ttl time.Duration) map[string]any {
	return map[string]any{"access_token": access, "refresh_token": refresh, "token_type": "Bearer", "expires_in": int(ttl.Seconds()), "scope": scope}
}

// bearerOf reads the header alone (RFC 6750 §2.1); the scheme in any letter case.
func bearerOf(r mock.Request) string {
	scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") || strings.ContainsAny(token, " \t") {
		return ""
	}
	return token
}

const metadataPath = "/.well-known/oauth-authorization-server"

func metadata(issuer string) map[string]any {
	ways := []Way{Basic, Post, None}
	return map[string]any{
		"issuer": issuer, "authorization_endpoint": issuer + "/oauth/authorize", "token_endpoint": issuer + "/oauth/token",
		"revocation_endpoint": issuer + "/oauth/revoke", "introspection_endpoint": issuer + "/oauth/introspect",
		"response_types_supported": []string{"code"}, "grant_types_supported": []string{"authorization_code", "refresh_token"},
		"code_challenge_methods_supported": []string{"S256"}, "token_endpoint_auth_methods_supported": ways,
		"revocation_endpoint_auth_methods_supported": ways, "introspection_endpoint_auth_methods_supported": []Way{Basic, Post},
		"scopes_supported": allScopes, "authorization_response_iss_parameter_supported": true,
	}
}

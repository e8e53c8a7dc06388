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

const (
	codeTTL      = time.Minute
	accessTTL    = 30 * time.Minute
	grantIdleTTL = 90 * 24 * time.Hour // since its last use after which a grant is dead
)

// Strict returns the conforming policy.
func Strict() *Policy {
	return &Policy{
		Rules: strictRules(),

		Redirect: redirectFits, ResponseType: func(s string) bool { return s == "code" },
		Challenge: checkChallenge, Scope: granted,
		Resource: knownResource, Hint: func(string) *mock.Refusal { return nil },
		Unasked: func([]Grant) (string, bool) { return "", false }, CSRF: sameSecret,
		NewCode:        func() string { return mock.Secret(24) },
		Iss:            func(issuer string) string { return issuer },
		Return:         func(v url.Values) url.Values { return v },
		RedirectStatus: mock.Is(http.StatusSeeOther), ErrorsReturn: mock.Is(true),

		Authenticate: authenticate,
		Redeem:       redeemable(codeTTL), SingleUse: mock.Is(true), ReplayKills: mock.Is(true),
		Refresh: refreshable(grantIdleTTL), RefreshIdleTTL: mock.Is(grantIdleTTL), Narrow: narrowed, Audience: restricted,
		Rotate: func(App) bool { return true }, ReuseKills: mock.Is(true),
		NewToken: func() string { return mock.Secret(32) }, AccessTTL: mock.Is(accessTTL),
		TokenAnswer: tokenAnswer, TokenHeader: mock.Is(http.Header{"Cache-Control": {"no-store"}, "Pragma": {"no-cache"}}),
		MayRevoke: func(app App, g Grant) bool { return app.ID == g.AppID }, Cascades: mock.Is(true),

		MayIntrospect: mayIntrospect, Tells: tells,
		Register: registrable, Registered: registered,

		Bearer: bearerOf, Access: func(t Access, now time.Time) bool { return now.Before(t.Expires) }, Allows: allows,
		MetadataAt: func(base string) []string { return []string{metadataPath + base} }, Metadata: metadata,
	}
}

func strictRules() mock.Rules {
	headers := http.Header{"Referrer-Policy": {"no-referrer"}, "X-Content-Type-Options": {"nosniff"}, "X-Frame-Options": {"DENY"}}
	return mock.Rules{
		BodyLimit: mock.Is[int64](64 << 10), Duplicates: mock.Is(true), Headers: mock.Is(headers),
		PublicCORS: func(path string) bool { return strings.HasPrefix(path, metadataPath) }, Request: mock.AsSent, Answer: mock.AsDecided,
	}
}

func sameSecret(want, got string) bool {
	return want != "" && subtle.ConstantTimeCompare([]byte(want), []byte(got)) == 1
}

var challengeForm = regexp.MustCompile(`^[A-Za-z0-9_-]{43}\z`)

// checkChallenge takes S256 alone; a public client must use it (RFC 7636 §4.4.1, RFC 9700 §2.1.1).
func checkChallenge(app App, challenge, method string) *mock.Refusal {
	switch {
	case challenge == "" && method == "" && app.Public:
		return invalid("code_challenge is required for a client without a secret", "RFC 9700 §2.1.1")
	case challenge == "" && method == "":
		return nil
	case method != "S256":
		return invalid("code_challenge_method must be S256", "RFC 7636 §4.4.1")
	case !challengeForm.MatchString(challenge):
		return invalid("code_challenge must be 43 base64url characters", "RFC 7636 §4.2")
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
	badCode      = invalidGrant("the code is unknown, used, expired, or another client's", "RFC 6749 §5.2")
	badRedirect  = invalidGrant("redirect_uri is not that of the authorization request", "RFC 6749 §4.1.3")
	badVerifier  = invalidGrant("code_verifier is missing or wrong", "RFC 7636 §4.6")
	noChallenge  = invalidGrant("code_verifier without a code_challenge", "RFC 9700 §2.1.1")
	badRefresh   = invalidGrant("the refresh token is unknown, used, revoked, or another client's", "RFC 6749 §5.2")
	badRequest   = invalid("the body must be a form in which each parameter appears once", "RFC 6749 §3.2")
	twoMethods   = invalid("use one client authentication method, not two", "RFC 6749 §2.3")
	noCode       = invalid("code is required", "RFC 6749 §4.1.3")
	noRefresh    = invalid("refresh_token is required", "RFC 6749 §6")
	noToken      = invalid("token is required", "RFC 7009 §2.1, RFC 7662 §2.1")
	noGrantType  = invalid("grant_type is required", "RFC 6749 §4.1.3")
	badScope     = mock.Refuse(http.StatusBadRequest, "invalid_scope", "more than was granted", "RFC 6749 §6")
	badGrantType = mock.Refuse(http.StatusBadRequest, "unsupported_grant_type",
		"only authorization_code and refresh_token are supported", "RFC 6749 §5.2")
)

func invalid(description, rule string) *mock.Refusal {
	return mock.Refuse(http.StatusBadRequest, "invalid_request", description, rule)
}

func invalidGrant(description, rule string) *mock.Refusal {
	return mock.Refuse(http.StatusBadRequest, "invalid_grant", description, rule)
}

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

// verifies checks a code_verifier against its S256 challenge (RFC 7636 §4.6).
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
	return map[string]any{
		"access_token": access, "refresh_token": refresh, "token_type": "Bearer", "expires_in": int(ttl.Seconds()), "scope": scope,
	}
}

// bearerOf reads the header alone (RFC 6750 §2.1); the scheme in any letter case.
func bearerOf(r mock.Request) string {
	scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") || strings.ContainsAny(token, " \t") {
		return ""
	}
	return token
}

func metadata(issuer string) map[string]any {
	ways := []Way{Basic, Post, None}
	return map[string]any{
		"issuer": issuer, "authorization_endpoint": issuer + "/oauth/authorize", "token_endpoint": issuer + "/oauth/token",
		"revocation_endpoint": issuer + "/oauth/revoke", "introspection_endpoint": issuer + "/oauth/introspect",
		"registration_endpoint":    issuer + registerPath,
		"response_types_supported": []string{"code"}, "grant_types_supported": []string{"authorization_code", "refresh_token"},
		"code_challenge_methods_supported": []string{"S256"}, "token_endpoint_auth_methods_supported": ways,
		"revocation_endpoint_auth_methods_supported": ways, "introspection_endpoint_auth_methods_supported": []Way{Basic, Post},
		"scopes_supported": allScopes, "authorization_response_iss_parameter_supported": true,
	}
}

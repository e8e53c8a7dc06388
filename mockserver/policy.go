package mockserver

import (
	"net/http"
	"net/url"
	"time"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver/linking"
	"github.com/authconform/authconform/mockserver/store"
)

// Policy holds every protocol decision of the home. Strict is the one that conforms; a defect is a Policy with one
// field changed. Functions decide and have no effects.
type Policy struct {
	mock.Rules                // of every request and answer
	Linking    linking.Policy // of the home as an OAuth client

	AccessTTL      time.Duration // life of an access token
	RefreshIdleTTL time.Duration // since its last use after which a refresh token is dead
	SignedPathTTL  time.Duration // life of a signed path, where the client names none
	FlowTTL        time.Duration // life of a login flow; 0: for ever
	MFATTL         time.Duration // from the password to the second factor
	SocketAuthTTL  time.Duration // a WebSocket's silence before auth
	PageTTL        time.Duration // for fetching a client page, in all
	MFATries       int           // wrong codes of a second factor before the flow is aborted
	PageLimit      int           // bytes of a client page that are read
	URLLimit       int           // characters of a client_id or redirect_uri

	// ClientID says what is wrong with a client id; host is the request's own.
	ClientID func(raw, host string) error
	// Redirect says why redirect_uri may not be used by the client. published fetches what the client publishes, at most
	// once; pkce tells whether the flow has a challenge.
	Redirect func(clientID, redirectURI string, pkce bool, published func() []string) error
	// LinkedRedirects are the redirect URIs that a client page lists.
	LinkedRedirects func(page ClientPage) []string
	// DocumentRedirects are those of a client id metadata document.
	DocumentRedirects func(clientID string, page ClientPage) []string
	// Unreadable is what a client page publishes that could not be fetched.
	Unreadable func(clientID string, err error) []string
	// FetchRequest is how a client page is asked for, beside Accept and User-Agent.
	FetchRequest func(clientID string) (method string, header http.Header)
	// Challenge says what is wrong with code_challenge and its method; both "" is no PKCE.
	Challenge func(challenge, method string) error
	// Username folds a name as it is typed.
	Username func(string) string
	// FinishRedirect judges redirect_uri when the flow ends, after the password (true), or when it begins (false).
	FinishRedirect bool

	// NewCode, NewRefresh and NewFlow make the secrets themselves.
	NewCode, NewRefresh, NewFlow func() string
	// Redeem says why a code may not be redeemed; nil takes it.
	Redeem func(c store.Code, clientID string, verifier *string, now time.Time) *mock.Refusal
	// BurnsCode tells whether a refusal spends the code all the same.
	BurnsCode func(*mock.Refusal) bool
	// SingleUse forgets a code when it is redeemed.
	SingleUse bool
	// Refresh says why a refresh token may not be used; nil uses it.
	Refresh func(r store.Refresh, clientID string, now time.Time) *mock.Refusal
	// Alive tells whether a refresh token still lives.
	Alive func(r store.Refresh, now time.Time) bool
	// Inactive refuses tokens to users who are not active.
	Inactive bool
	// TokenAnswer shapes a successful answer of the token endpoint.
	TokenAnswer func(r store.Refresh, access string, ttl time.Duration, fresh bool) map[string]any
	// TokenHeader are the headers of such an answer.
	TokenHeader http.Header
	// Ends tells whether a session ends for a reason, and Closes whether its sockets do.
	Ends, Closes func(why End) bool
	// Revoke tells what a revocation of the token does: delete the refresh token (true) or nothing.
	Revoke func(r store.Refresh) bool

	// Bearer reads the token of an Authorization header, "" for none.
	Bearer func(header string) string
	// Access says whether an access token's claims hold now.
	Access func(c AccessClaims, now time.Time) bool
	// Algorithms are the JWT algorithms that pass.
	Algorithms []string
	// SignedPath says whether a signature covers a request.
	SignedPath func(c PathClaims, path string, query url.Values, now time.Time) bool

	// Caller tells whether the user of a live session may call.
	Caller func(there bool, u User) bool
	// SignedMethod tells whether a request of the method may be signed instead of bearing a token.
	SignedMethod func(method string) bool
	// SocketSessions tells whether a session may open a WebSocket.
	SocketSessions func(store.Refresh) bool
	// MFALenient goes on after too many wrong codes; FetchBeforeCode fetches the client's page after the password alone.
	MFALenient, FetchBeforeCode bool
	// FetchBeforePassword fetches it for any password; FetchesAll fetches the addresses in a metadata document, too.
	FetchBeforePassword, FetchesAll bool
	// Sockets are what a WebSocket does wrong; all false is right.
	LingerAfterAuth     bool // stays open after auth_invalid
	AnswersJunk         bool // answers a first message that is no JSON
	SocketIgnoresExpiry bool // takes expired access tokens
	ClosesAll           bool // closes every socket at the end of one session
	// AdminOnly tells whether what is for administrators, a WebSocket command or a REST path, is refused to the caller.
	AdminOnly func(what string, admin bool) bool
	// OwnSession tells whether a user may see and end a session.
	OwnSession func(r store.Refresh, userID string) bool
	// NameTaken tells whether a new long-lived token may not bear the name of an old one of the user.
	NameTaken func(old store.Refresh, name string) bool
	// Lifespan tells whether a long-lived token may live for so many days.
	Lifespan func(days float64) bool
	// Link tells whether a code may join its credential to the caller's account.
	Link func(c store.Code, callerID string) bool
	// TOTP tells whether a code is right for a secret now (RFC 6238 §5.2); enrol: the secret is being set up.
	TOTP func(secret, code string, enrol bool, now time.Time) bool
	// SecondFactor tells whether a user is asked for one.
	SecondFactor func(u User) bool

	// Filtered tells whether path and query hold what no client sends.
	Filtered func(decoded string) bool
	// Metadata shapes the authorization server metadata; issuer is "" for hosts that are not the home's own.
	Metadata func(issuer string) map[string]any
	// Hears and Says are what becomes of the messages of a WebSocket; a nil message is not said.
	Hears func(map[string]any) map[string]any
	Says  func(map[string]any) map[string]any
}

// Strict is the policy that conforms.
func Strict() *Policy {
	return &Policy{
		Linking: linking.Strict(),
		Rules: mock.Rules{
			BodyLimit: 64 << 10, Duplicates: true, PublicCORS: publicCORS,
			Headers: http.Header{
				"Referrer-Policy": {"no-referrer"}, "X-Content-Type-Options": {"nosniff"}, "Server": {""}, "X-Frame-Options": {"SAMEORIGIN"},
			},
			Request: func(r mock.Request) mock.Request { return r }, Answer: func(_ mock.Request, a mock.Answer) mock.Answer { return a },
		},
		AccessTTL: 30 * time.Minute, RefreshIdleTTL: 90 * 24 * time.Hour,
		SignedPathTTL: 30 * time.Second, MFATTL: 5 * time.Minute, SocketAuthTTL: 10 * time.Second, PageTTL: 5 * time.Second,
		MFATries: 5, PageLimit: 10 << 10, URLLimit: 2048,
		ClientID: checkClientID, Redirect: checkRedirect, LinkedRedirects: linkedRedirects, DocumentRedirects: documentRedirects,
		Unreadable: func(string, error) []string { return nil }, FetchRequest: func(string) (string, http.Header) { return http.MethodGet, nil },
		Challenge: checkChallenge, Username: foldUsername, FinishRedirect: true,
		NewCode: func() string { return mock.Secret(16) }, NewRefresh: func() string { return mock.Secret(64) }, NewFlow: func() string { return mock.Secret(16) },
		Redeem: redeemable(10 * time.Minute), BurnsCode: burnsCode, SingleUse: true,
		Refresh: refreshable, Alive: alive(90 * 24 * time.Hour), Inactive: true,
		TokenAnswer: tokenAnswer, TokenHeader: http.Header{"Cache-Control": {"no-store"}, "Pragma": {"no-cache"}},
		Revoke: func(store.Refresh) bool { return true }, Ends: always, Closes: always,
		SocketSessions: func(store.Refresh) bool { return true },
		Caller:         func(there bool, u User) bool { return there && !u.Inactive },
		SignedMethod:   func(method string) bool { return method == http.MethodGet || method == http.MethodHead },
		AdminOnly:      func(_ string, admin bool) bool { return !admin },
		OwnSession:     func(r store.Refresh, userID string) bool { return r.UserID == userID },
		NameTaken:      func(old store.Refresh, name string) bool { return old.Type == store.LongLived && old.Name == name },
		Lifespan:       func(days float64) bool { return days >= 1 && days <= 36500 },
		Link: func(c store.Code, callerID string) bool {
			return c.Challenge == "" && (c.UserID == callerID || c.Provider != "homeassistant")
		},
		TOTP:         func(secret, code string, _ bool, now time.Time) bool { return validTOTP(secret, code, now) },
		SecondFactor: func(u User) bool { return u.TOTP != "" },
		Bearer:       bearerOf, Access: accessHolds(10 * time.Second), Algorithms: []string{"HS256"}, SignedPath: pathSigned,
		Filtered: filtered, Metadata: metadata,
		Hears: asItIs, Says: asItIs,
	}
}

// End is why a session ends.
type End string

// The ends of sessions.
const (
	EndRevoked     End = "revoked"           // POST /auth/revoke
	EndLegacy      End = "revoked as action" // action=revoke at /auth/token
	EndDeleted     End = "deleted"           // auth/delete_refresh_token
	EndAllDeleted  End = "all deleted"       // auth/delete_all_refresh_tokens
	EndDeactivated End = "user deactivated"
	EndUserDeleted End = "user deleted"
	EndControl     End = "control plane"
)

func always(End) bool { return true }

func asItIs(m map[string]any) map[string]any { return m }

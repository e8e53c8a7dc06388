package mockserver

import (
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver/linking"
	"github.com/authconform/authconform/mockserver/store"
)

// Policy holds every protocol decision of the home. Strict is the conforming one; a defect is a Policy with one
// field changed. Every field is a function, even a constant (mock.Is). The functions have no side effects.
type Policy struct {
	mock.Rules                // of every request and answer
	Linking    linking.Policy // of the home as an OAuth client

	// Store creates the store for codes and refresh tokens. It is called when the policy is put in force.
	Store func() store.Store

	// ClientID says what is wrong with a client id; host is the request's host.
	ClientID func(raw, host string) error
	// URLLimit is the most characters that a client_id or redirect_uri may have.
	URLLimit func() int
	// Redirect says why the client may not use a redirect_uri. published fetches the redirect URIs that the client publishes, at most
	// once; pkce tells whether the flow has a challenge.
	Redirect func(clientID, redirectURI string, pkce bool, published func() []string) error
	// FinishRedirect reports whether redirect_uri is checked at the end of the flow, after the password (true), or at its start (false).
	FinishRedirect func() bool
	// Challenge says what is wrong with code_challenge and its method; both are "" without PKCE.
	Challenge func(challenge, method string) error

	// PageTTL is the time limit for fetching a client page, and PageLimit the most bytes that are read of it.
	PageTTL   func() time.Duration
	PageLimit func() int
	// PageReads is the number of reads of a client page, up to 1 kB each; 0 means no limit.
	PageReads func() int
	// FetchRequest is the method and the headers for fetching a client page, besides Accept and User-Agent.
	FetchRequest func(clientID string) (method string, header http.Header)
	// LinkedRedirects are the redirect URIs that a client page lists.
	LinkedRedirects func(page ClientPage) []string
	// DocumentRedirects are the redirect URIs that a client id metadata document lists.
	DocumentRedirects func(clientID string, page ClientPage) []string
	// Unreadable are the redirect URIs of a client whose page could not be fetched.
	Unreadable func(clientID string, err error) []string
	// FetchBeforePassword reports whether the client's page is fetched for any password, FetchBeforeCode whether before the second factor.
	FetchBeforePassword, FetchBeforeCode func() bool
	// FetchesAll reports whether the URLs in a metadata document are fetched too.
	FetchesAll func() bool

	// NewFlow creates the id of a login flow.
	NewFlow func() string
	// SameAddress reports whether a login flow that began at one address may continue from another.
	SameAddress func(began, now string) bool
	// FlowTTL is the lifetime of a login flow; 0 means forever.
	FlowTTL func() time.Duration
	// Username normalizes a user name as typed.
	Username func(string) string
	// Password is the part of a password that is stored and compared.
	Password func(string) string
	// SecondFactor reports whether a user is asked for a second factor.
	SecondFactor func(u User) bool
	// TOTP reports whether a code is right for a secret now (RFC 6238 §5.2); enrol: the secret is being set up.
	TOTP func(secret, code string, enrol bool, now time.Time) bool
	// MFATTL is the time limit from the start of a login to its second factor.
	MFATTL func() time.Duration
	// MFATries is how many wrong second-factor codes abort the flow; with MFALenient the flow continues anyway.
	MFATries   func() int
	MFALenient func() bool
	// Inactive reports whether inactive users are refused codes and tokens.
	Inactive func() bool
	// Address is the client's address, from the connection and headers; refused: the headers get the request refused.
	Address func(connection string, header http.Header) (ip string, refused bool)
	// Trusted reports whether an address is in the trusted networks.
	Trusted func(networks []netip.Prefix, ip string) bool
	// Pickable reports whether a trusted network offers a user (listed says whether the user is listed there); Picks whether
	// a user may be picked; Bypasses whether the first offered user is logged in without a form.
	Pickable func(u User, listed bool) bool
	Picks    func(there, offered bool) bool
	Bypasses func(allowed bool, offered int) bool
	// StaysTrusted reports whether a trusted network's session may be used, given whether the client's address is trusted.
	StaysTrusted func(trusted bool) bool
	// CommandUser normalizes a user name for a command-line provider, and Command is how the command is run for it.
	CommandUser func(string) string
	Command     func(p Provider, username, password string) (words, env []string)
	// CommandPasses reports whether an exit code means success; -1: the command could not be run.
	CommandPasses func(code int) bool
	// Link reports whether a code's login may be linked to the caller's account.
	Link func(c store.Code, callerID string) bool

	// NewCode creates an authorization code.
	NewCode func() string
	// CodeTTL is the lifetime of a code that the control plane shows.
	CodeTTL func() time.Duration
	// Redeem says why a code may not be redeemed; nil accepts it.
	Redeem func(c store.Code, clientID string, verifier *string, now time.Time) *mock.Refusal
	// BurnsCode reports whether a refused request spends the code.
	BurnsCode func(*mock.Refusal) bool
	// SingleUse reports whether a code is deleted when it is redeemed.
	SingleUse func() bool
	// NewRefresh creates a refresh token.
	NewRefresh func() string
	// Refresh says why a refresh token may not be used; nil accepts it.
	Refresh func(r store.Refresh, clientID string, now time.Time) *mock.Refusal
	// Alive reports whether a refresh token is still valid.
	Alive func(r store.Refresh, now time.Time) bool
	// RefreshIdleTTL is the idle lifetime of a refresh token that the control plane shows.
	RefreshIdleTTL func() time.Duration
	// AccessTTL is the lifetime of an access token.
	AccessTTL func() time.Duration
	// TokenAnswer is the body of a successful token response, and TokenHeader its headers.
	TokenAnswer func(r store.Refresh, access string, ttl time.Duration, fresh bool) map[string]any
	TokenHeader func() http.Header
	// Revoke reports whether a revocation of the token deletes the refresh token.
	Revoke func(r store.Refresh) bool
	// Ends reports whether a reason ends a session, and Closes whether it closes the session's sockets.
	Ends, Closes func(why End) bool
	// ClosesAll reports whether the end of one session closes every socket.
	ClosesAll func() bool
	// NameTaken reports whether a new long-lived token is refused because one of the user's tokens has its name.
	NameTaken func(old store.Refresh, name string) bool
	// Lifespan reports whether a long-lived token may live for that many days.
	Lifespan func(days float64) bool
	// OwnSession reports whether a user may see, change and end a session.
	OwnSession func(r store.Refresh, user User) bool

	// Bearer reads the token from an Authorization header; "" if there is none.
	Bearer func(header string) string
	// Algorithms are the accepted JWT algorithms.
	Algorithms func() []string
	// Access reports whether an access token's claims are valid now.
	Access func(c AccessClaims, now time.Time) bool
	// Caller reports whether the user of a valid session may call.
	Caller func(there bool, u User) bool
	// AdminOnly reports whether an administrator's WebSocket command or REST path is refused to the caller.
	AdminOnly func(what string, admin bool) bool
	// MaySubscribe reports whether a user may subscribe to events of a type; "" means all types.
	MaySubscribe func(event string, admin bool) bool
	// SignedMethod reports whether a signature may replace the token for a request with the method.
	SignedMethod func(method string) bool
	// SignedPath reports whether a signature covers a request.
	SignedPath func(c PathClaims, path string, query url.Values, now time.Time) bool
	// SignedPathTTL is the default lifetime of a signed path.
	SignedPathTTL func() time.Duration

	// Manages is the error code of a refused command about another user; "" allows it.
	Manages func(Managing) string
	// Groups are a new user's groups, given the requested ones.
	Groups func(asked []string) []string
	// CurrentPassword reports whether the current password is required to change it.
	CurrentPassword func() bool
	// Orphaned reports whether a code is refused because its login no longer exists.
	Orphaned func(there bool, u User) bool
	// SocketUser is the user whose rights a socket's commands have: as at login, or as now.
	SocketUser func(login, now User) User

	// SocketAuthTTL is how long a WebSocket may be silent before auth.
	SocketAuthTTL func() time.Duration
	// SocketSessions reports whether a session may open a WebSocket.
	SocketSessions func(store.Refresh) bool
	// SocketIgnoresExpiry reports whether a WebSocket accepts expired access tokens.
	SocketIgnoresExpiry func() bool
	// LingerAfterAuth reports whether a WebSocket stays open after auth_invalid.
	LingerAfterAuth func() bool
	// AnswersJunk reports whether a first message that is not JSON is answered.
	AnswersJunk func() bool
	// Hears and Says rewrite received and sent WebSocket messages; a nil message is not sent.
	Hears, Says func(map[string]any) map[string]any

	// Filtered reports whether path and query look like an attack.
	Filtered func(decoded string) bool
	// Metadata shapes the authorization server metadata; issuer is "" for hosts that are not the home's own.
	Metadata func(issuer string) map[string]any
	// ResourceMetadata shapes the protected resource metadata; own is the home's URL, "" for hosts that are not its own, and
	// path is what follows the well-known one: "" or like "/api/mcp". nil: there is none.
	ResourceMetadata func(own, path string) map[string]any
	// BearerChallenge is the WWW-Authenticate header of a 401 at a path; "" means none.
	BearerChallenge func(own, path string) string
	// MCPGuarded reports whether an MCP request needs a token. method is that of its JSON-RPC message, "" if it has none.
	MCPGuarded func(method string) bool
	// MCPOrigin reports whether the MCP endpoint serves pages from an origin; "" means no Origin header.
	MCPOrigin func(origin, host string) bool
}

// End is why a session ends.
type End string

// The reasons why a session ends.
const (
	EndRevoked     End = "revoked"           // POST /auth/revoke
	EndLegacy      End = "revoked as action" // action=revoke at /auth/token
	EndDeleted     End = "deleted"           // auth/delete_refresh_token
	EndAllDeleted  End = "all deleted"       // auth/delete_all_refresh_tokens
	EndDeactivated End = "user deactivated"
	EndUserDeleted End = "user deleted"
	// EndLoginDeleted: a user's local login was deleted, which ends the sessions opened with it.
	EndLoginDeleted End = "login deleted"
	// EndPassword and EndRights: a user's password or groups were changed, which ends no session.
	EndPassword End = "password changed"
	EndRights   End = "rights changed"
	EndControl  End = "control plane"
)

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

// Policy holds every protocol decision of the home. Strict is the one that conforms; a defect is a Policy with one
// field changed. Every field is a function, the constants too (mock.Is). Functions decide and have no effects.
type Policy struct {
	mock.Rules                // of every request and answer
	Linking    linking.Policy // of the home as an OAuth client

	// Store makes what codes and refresh tokens are kept in. It is called when the policy is put in force.
	Store func() store.Store

	// ClientID says what is wrong with a client id; host is the request's own.
	ClientID func(raw, host string) error
	// URLLimit is how many characters a client_id or redirect_uri may have.
	URLLimit func() int
	// Redirect says why redirect_uri may not be used by the client. published fetches what the client publishes, at most
	// once; pkce tells whether the flow has a challenge.
	Redirect func(clientID, redirectURI string, pkce bool, published func() []string) error
	// FinishRedirect judges redirect_uri when the flow ends, after the password (true), or when it begins (false).
	FinishRedirect func() bool
	// Challenge says what is wrong with code_challenge and its method; both "" is no PKCE.
	Challenge func(challenge, method string) error

	// PageTTL is the time for fetching a client page, in all, and PageLimit how many bytes of it are read.
	PageTTL   func() time.Duration
	PageLimit func() int
	// PageReads is how often a client page is read, 1 kB at most each time; 0: as often as it takes.
	PageReads func() int
	// FetchRequest is how a client page is asked for, beside Accept and User-Agent.
	FetchRequest func(clientID string) (method string, header http.Header)
	// LinkedRedirects are the redirect URIs that a client page lists.
	LinkedRedirects func(page ClientPage) []string
	// DocumentRedirects are those of a client id metadata document.
	DocumentRedirects func(clientID string, page ClientPage) []string
	// Unreadable is what a client page publishes that could not be fetched.
	Unreadable func(clientID string, err error) []string
	// FetchBeforePassword fetches the client's page for any password, and FetchBeforeCode after the password alone.
	FetchBeforePassword, FetchBeforeCode func() bool
	// FetchesAll fetches the addresses in a metadata document, too.
	FetchesAll func() bool

	// NewFlow makes the id of a login flow.
	NewFlow func() string
	// SameAddress tells whether a login flow that began at one address goes on from another.
	SameAddress func(began, now string) bool
	// FlowTTL is the life of a login flow; 0: for ever.
	FlowTTL func() time.Duration
	// Username folds a name as it is typed.
	Username func(string) string
	// Password is what of a password is kept and compared.
	Password func(string) string
	// SecondFactor tells whether a user is asked for one.
	SecondFactor func(u User) bool
	// TOTP tells whether a code is right for a secret now (RFC 6238 §5.2); enrol: the secret is being set up.
	TOTP func(secret, code string, enrol bool, now time.Time) bool
	// MFATTL is the time from the beginning of a login to its second factor.
	MFATTL func() time.Duration
	// MFATries is how many wrong codes of a second factor abort the flow, and MFALenient goes on all the same.
	MFATries   func() int
	MFALenient func() bool
	// Inactive refuses codes and tokens to users who are not active.
	Inactive func() bool
	// Address is where a request is taken to come from, by its connection and headers; or it is refused for them.
	Address func(connection string, header http.Header) (ip string, refused bool)
	// Trusted tells whether an address is in trusted networks.
	Trusted func(networks []netip.Prefix, ip string) bool
	// Pickable tells whether a trusted network offers a user, who is listed there or not; Picks whether one may be picked,
	// who is there or was offered; Bypasses whether the first of those offered is let in without a form.
	Pickable func(u User, listed bool) bool
	Picks    func(there, offered bool) bool
	Bypasses func(allowed bool, offered int) bool
	// StaysTrusted tells whether a session of a trusted network may be refreshed from an address that is trusted or not.
	StaysTrusted func(trusted bool) bool
	// CommandUser folds a name as it is typed at a command-line provider, and Command is how the command is run for it.
	CommandUser func(string) string
	Command     func(p Provider, username, password string) (words, env []string)
	// CommandPasses tells whether an exit code lets in; -1: the command could not be run.
	CommandPasses func(code int) bool
	// Link tells whether a code may join its credential to the caller's account.
	Link func(c store.Code, callerID string) bool

	// NewCode makes an authorization code.
	NewCode func() string
	// CodeTTL is what a person is told of a code's life.
	CodeTTL func() time.Duration
	// Redeem says why a code may not be redeemed; nil takes it.
	Redeem func(c store.Code, clientID string, verifier *string, now time.Time) *mock.Refusal
	// BurnsCode tells whether a refusal spends the code all the same.
	BurnsCode func(*mock.Refusal) bool
	// SingleUse forgets a code when it is redeemed.
	SingleUse func() bool
	// NewRefresh makes a refresh token.
	NewRefresh func() string
	// Refresh says why a refresh token may not be used; nil uses it.
	Refresh func(r store.Refresh, clientID string, now time.Time) *mock.Refusal
	// Alive tells whether a refresh token still lives.
	Alive func(r store.Refresh, now time.Time) bool
	// RefreshIdleTTL is what a person is told of a refresh token's life: the time since its last use.
	RefreshIdleTTL func() time.Duration
	// AccessTTL is the life of an access token.
	AccessTTL func() time.Duration
	// TokenAnswer shapes a successful answer of the token endpoint, and TokenHeader are its headers.
	TokenAnswer func(r store.Refresh, access string, ttl time.Duration, fresh bool) map[string]any
	TokenHeader func() http.Header
	// Revoke tells what a revocation of the token does: delete the refresh token (true) or nothing.
	Revoke func(r store.Refresh) bool
	// Ends tells whether a session ends for a reason, and Closes whether its sockets do.
	Ends, Closes func(why End) bool
	// ClosesAll closes every socket at the end of one session.
	ClosesAll func() bool
	// NameTaken tells whether a new long-lived token may not bear the name of an old one of the user.
	NameTaken func(old store.Refresh, name string) bool
	// Lifespan tells whether a long-lived token may live for so many days.
	Lifespan func(days float64) bool
	// OwnSession tells whether a user may see, change and end a session.
	OwnSession func(r store.Refresh, user User) bool

	// Bearer reads the token of an Authorization header, "" for none.
	Bearer func(header string) string
	// Algorithms are the JWT algorithms that pass.
	Algorithms func() []string
	// Access says whether an access token's claims hold now.
	Access func(c AccessClaims, now time.Time) bool
	// Caller tells whether the user of a live session may call.
	Caller func(there bool, u User) bool
	// AdminOnly tells whether what is for administrators, a WebSocket command or a REST path, is refused to the caller.
	AdminOnly func(what string, admin bool) bool
	// MaySubscribe tells whether a user may subscribe to events of a type; "" is all of them.
	MaySubscribe func(event string, admin bool) bool
	// SignedMethod tells whether a request of the method may be signed instead of bearing a token.
	SignedMethod func(method string) bool
	// SignedPath says whether a signature covers a request.
	SignedPath func(c PathClaims, path string, query url.Values, now time.Time) bool
	// SignedPathTTL is the life of a signed path, where the client names none.
	SignedPathTTL func() time.Duration

	// Manages says why a user may not do something to another, by the error code of the refusal; "" allows it.
	Manages func(Managing) string
	// Groups are those of a new user for whom these were asked.
	Groups func(asked []string) []string
	// CurrentPassword tells whether one's own password is wanted to change it.
	CurrentPassword func() bool
	// Orphaned tells whether a code is refused because the login that it came of is gone.
	Orphaned func(there bool, u User) bool
	// SocketUser is by whose rights the commands of a socket are judged: those of the login, or of now.
	SocketUser func(login, now User) User

	// SocketAuthTTL is how long a WebSocket may be silent before auth.
	SocketAuthTTL func() time.Duration
	// SocketSessions tells whether a session may open a WebSocket.
	SocketSessions func(store.Refresh) bool
	// SocketIgnoresExpiry takes expired access tokens.
	SocketIgnoresExpiry func() bool
	// LingerAfterAuth stays open after auth_invalid.
	LingerAfterAuth func() bool
	// AnswersJunk answers a first message that is no JSON.
	AnswersJunk func() bool
	// Hears and Says are what becomes of the messages of a WebSocket; a nil message is not said.
	Hears, Says func(map[string]any) map[string]any

	// Filtered tells whether path and query hold what no client sends.
	Filtered func(decoded string) bool
	// Metadata shapes the authorization server metadata; issuer is "" for hosts that are not the home's own.
	Metadata func(issuer string) map[string]any
	// ResourceMetadata shapes the protected resource metadata; own is the home's URL, "" for hosts that are not its own, and
	// path is what follows the well-known one: "" or like "/api/mcp". nil: there is none.
	ResourceMetadata func(own, path string) map[string]any
	// BearerChallenge is the WWW-Authenticate header of a 401 at a path; "" is none.
	BearerChallenge func(own, path string) string
	// MCPGuarded tells whether an MCP request needs a token. method is that of its JSON-RPC message, "" if it has none.
	MCPGuarded func(method string) bool
	// MCPOrigin tells whether the MCP endpoint hears pages of an origin; "" is who names none.
	MCPOrigin func(origin, host string) bool
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
	// EndLoginDeleted: a user's name and password were taken away; ends what was opened with them.
	EndLoginDeleted End = "login deleted"
	// EndPassword and EndRights: a user's password, or groups, were changed, which ends nothing.
	EndPassword End = "password changed"
	EndRights   End = "rights changed"
	EndControl  End = "control plane"
)

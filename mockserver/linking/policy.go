package linking

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/authconform/authconform/mock"
)

// Policy holds every decision of the home as an OAuth client. Strict is the conforming one. Every field is a function,
// even a constant (mock.Is). The functions have no side effects.
type Policy struct {
	// TokenTTL is the time limit of a token request, and URLTTL that of the proxy for sending an authorize URL.
	TokenTTL, URLTTL func() time.Duration
	// RefreshEarly is how long before its expiry an access token is refreshed on use.
	RefreshEarly func() time.Duration
	// ServicesTTL is how long the proxy's list is cached.
	ServicesTTL func() time.Duration
	// FrameLimit is the most bytes that are read of a frame or response.
	FrameLimit func() int

	// PKCE reports whether a flow uses PKCE, given whether the integration asks for it.
	PKCE func(asked bool) bool
	// Early is a request to the third party when a flow starts, and Unlinked one when an entry is removed; nil means none.
	Early, Unlinked func(p Provider, c Credential, t Token) *TokenRequest
	// Cancels reports whether cancelling ends a flow; Ends reports whether a result (a reason, or "") does.
	Cancels func() bool
	Ends    func(reason string) bool
	// Known reports whether an account is already linked.
	Known func(linked []string, account string) bool
	// Shown is the entry as the flow's last step shows it.
	Shown func(summary map[string]any, t Token) map[string]any
	// Base says what is wrong with HA-Frontend-Base, the origin of the callback; nil accepts it.
	Base func(origin string, given bool) error
	// Redirect is a flow's redirect_uri.
	Redirect func(base, my string) string
	// Authorize is the authorize URL with the parameters in order.
	Authorize func(endpoint string, parameters [][2]string) string
	// Parameters are the parameters of the authorize URL, in order.
	Parameters func(a Authorization) [][2]string
	// SignState creates a flow's state, and ReadState reads one back; false means that it is invalid.
	SignState func(flowID, redirect string, key []byte, now time.Time) string
	ReadState func(raw string, key []byte, now time.Time) (flowID, redirect string, ok bool)
	// Verifier creates a flow's code_verifier (RFC 7636 §4.1).
	Verifier func() string
	// Callback reads the callback's parameters: a code, an error, or neither.
	Callback func(query url.Values) Return
	// Finished answers the browser that returned.
	Finished func(query url.Values) (body, contentType string)
	// CallbackOnce reports whether only a flow's first callback counts.
	CallbackOnce func() bool

	// TokenRequest rewrites a token request before it is sent.
	TokenRequest func(TokenRequest) TokenRequest
	// Read reads a token response: the token, or why there is none.
	Read func(a TokenAnswer, refresh bool) (Token, Failure)
	// Merge returns the stored token after a refresh.
	Merge func(old, fresh Token) Token
	// Expiry is when a token with that lifetime expires.
	Expiry func(received time.Time, seconds int) time.Time
	// APIRequest is the URL and headers of a request to the third party's API.
	APIRequest func(url string, t Token) (string, http.Header)
	// AtProxy reports whether a token from the account-link proxy is refreshed there.
	AtProxy func() bool
	// ProxyRefresh rewrites the service and members of such a refresh before it is sent.
	ProxyRefresh func(service string, members map[string]string) (string, map[string]string)
	// OneRefresh reports whether parallel uses of an entry share one refresh.
	OneRefresh func() bool
	// KeepsToken reports whether the stored token survives a failed refresh.
	KeepsToken func() bool
	// Outcome is what a failed refresh means for the entry: reauth, retry, or neither.
	Outcome func(Failure) Outcome
	// ReauthOnce reports whether a dead grant requests only one new login, however often it is used.
	ReauthOnce func() bool
	// SetupState is the state of an entry whose refresh failed during set-up.
	SetupState func(Outcome) string
	// SameAccount reports whether a new login belongs to the entry's account.
	SameAccount func(entry, fresh string) bool

	// InUse reports whether a credential that an entry uses may not be deleted.
	InUse func() bool
	// CredentialID is the id of a new credential, given those that are taken.
	CredentialID func(base string, taken []string) string
	// CredentialOf is an entry's credential, given the entry's implementation.
	CredentialOf func(implementation string, list []Credential) string
	// Tidy cleans up a credential's value before it is stored.
	Tidy func(string) string
	// Hears and Says rewrite the received and sent frames of the account-link conversation.
	Hears, Says func(map[string]any) map[string]any
	// Offers reports whether an entry in the proxy's list offers the service.
	Offers func(s Service, domain, version string, linked bool) bool
	// ClosesSocket reports whether the home closes the socket when the tokens have arrived.
	ClosesSocket func() bool
	// OneSocket reports whether a flow keeps one socket to the proxy, however often it is polled.
	OneSocket func() bool

	Agent AgentPolicy // of the MCP client
}

// Authorization holds the parts of an authorize URL.
type Authorization struct {
	ClientID, Redirect, State, Challenge, Scope, Secret, Verifier string
	Resource                                                      string // "": none is named
	Reauth                                                        bool
}

// Return holds what a browser brought to the callback.
type Return struct {
	Code, Error     string
	HasCode, HasErr bool
	Redirect        string // of the state: the token request repeats it
	Issuer          string // who says that it answered (RFC 9207)
	HasIssuer       bool
}

// Outcome is the consequence of a failed refresh.
type Outcome int

// The outcomes.
const (
	Ignore Outcome = iota // an error of this use, and nothing else
	Retry                 // the provider is in trouble: try again later
	Reauth                // the grant is dead: ask the person
)

// Strict returns the conforming policy.
func Strict() Policy {
	return Policy{
		TokenTTL: mock.Is(30 * time.Second), URLTTL: mock.Is(30 * time.Second),
		RefreshEarly: mock.Is(20 * time.Second), ServicesTTL: mock.Is(time.Hour), FrameLimit: mock.Is(64 << 10),

		PKCE:  func(asked bool) bool { return asked },
		Early: never, Unlinked: never,
		Cancels: mock.Is(true), Ends: func(string) bool { return true },
		Known: slices.Contains[[]string],
		Shown: func(summary map[string]any, _ Token) map[string]any { return summary },
		Base:  checkBase, Redirect: redirectURI, Authorize: authorizeURL, Parameters: parameters,
		SignState: signState, ReadState: readState, Verifier: newVerifier,
		Callback: readCallback, Finished: closeWindow, CallbackOnce: mock.Is(true),

		TokenRequest: func(r TokenRequest) TokenRequest { return r },
		Read:         readToken, Merge: merge, Expiry: expiry, APIRequest: bearer,
		AtProxy: mock.Is(true), ProxyRefresh: asRefreshed, OneRefresh: mock.Is(true), KeepsToken: mock.Is(true),
		Outcome: outcomeOf, ReauthOnce: mock.Is(true), SetupState: setupState,
		SameAccount: func(entry, fresh string) bool { return entry == fresh },

		InUse: mock.Is(true), CredentialID: numbered, Tidy: strings.TrimSpace,
		CredentialOf: func(implementation string, _ []Credential) string { return implementation },
		Hears:        same, Says: same, Offers: offers, ClosesSocket: mock.Is(true), OneSocket: mock.Is(true),
		Agent: strictAgent(),
	}
}

func expiry(received time.Time, seconds int) time.Time {
	return received.Add(time.Duration(seconds) * time.Second)
}

// bearer sends the token in the header alone (RFC 6750 §2.1).
func bearer(url string, t Token) (string, http.Header) {
	return url, http.Header{"Authorization": {"Bearer " + t.text("access_token")}}
}

func never(Provider, Credential, Token) *TokenRequest { return nil }

func setupState(o Outcome) string {
	if o == Reauth {
		return SetupError
	}
	return SetupRetry
}

func same(m map[string]any) map[string]any { return m }

// newVerifier is 96 random bytes: 128 characters.
func newVerifier() string {
	b := make([]byte, 96)
	_, _ = rand.Read(b) // never fails
	return base64.RawURLEncoding.EncodeToString(b)
}

// challengeOf is the S256 challenge of a verifier (RFC 7636 §4.2).
func challengeOf(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

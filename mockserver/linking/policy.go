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

// Policy holds every decision of the home as an OAuth client. Strict is the one that conforms. Every field is a function,
// the constants too (mock.Is). Functions decide and have no effects.
type Policy struct {
	// TokenTTL is the time for a token request, in all, and URLTTL for the proxy to name an authorize URL.
	TokenTTL, URLTTL func() time.Duration
	// RefreshEarly is how long before its end an access token is refreshed when it is used.
	RefreshEarly func() time.Duration
	// ServicesTTL is for how long the proxy's list is believed.
	ServicesTTL func() time.Duration
	// FrameLimit is how many bytes of a frame or an answer are read.
	FrameLimit func() int

	// PKCE tells whether a flow uses it, where the integration asks for it or not.
	PKCE func(asked bool) bool
	// Early is what is asked of the third party when a flow begins, and Unlinked when an entry is removed; nil: nothing.
	Early, Unlinked func(p Provider, c Credential, t Token) *TokenRequest
	// Cancels lets a flow end when somebody cancels it, and Ends when it has come to a result: a reason, or "".
	Cancels func() bool
	Ends    func(reason string) bool
	// Known tells whether an account is linked already.
	Known func(linked []string, account string) bool
	// Shown is an entry as the last step of its flow shows it.
	Shown func(summary map[string]any, t Token) map[string]any
	// Base says what is wrong with HA-Frontend-Base, the origin that the callback is to have; nil uses it.
	Base func(origin string, given bool) error
	// Redirect is the redirect_uri of a flow.
	Redirect func(base, my string) string
	// Authorize is the authorize URL with the parameters in order.
	Authorize func(endpoint string, parameters [][2]string) string
	// Parameters are those of the authorize URL, in order.
	Parameters func(a Authorization) [][2]string
	// SignState makes the state of a flow, and ReadState reads one back; false: it is nobody's.
	SignState func(flowID, redirect string, key []byte, now time.Time) string
	ReadState func(raw string, key []byte, now time.Time) (flowID, redirect string, ok bool)
	// Verifier makes the code_verifier of a flow (RFC 7636 §4.1).
	Verifier func() string
	// Callback reads what came back: a code, an error, or neither.
	Callback func(query url.Values) Return
	// Finished answers the browser that came back.
	Finished func(query url.Values) (body, contentType string)
	// CallbackOnce keeps the first return of a flow, whatever comes after it.
	CallbackOnce func() bool

	// TokenRequest is what becomes of a token request on its way out.
	TokenRequest func(TokenRequest) TokenRequest
	// Read reads the answer to one: the token, or why there is none.
	Read func(a TokenAnswer, refresh bool) (Token, Failure)
	// Merge is the stored token after a refresh.
	Merge func(old, fresh Token) Token
	// Expiry is when a token of that life ends.
	Expiry func(received time.Time, seconds int) time.Time
	// APIRequest is how the third party's API is asked with a token: the URL and the headers.
	APIRequest func(url string, t Token) (string, http.Header)
	// AtProxy tells whether a token that came through the account-link proxy is refreshed there.
	AtProxy func() bool
	// ProxyRefresh is the service and the members of such a refresh, on their way out.
	ProxyRefresh func(service string, members map[string]string) (string, map[string]string)
	// OneRefresh lets parallel uses of an entry share one refresh.
	OneRefresh func() bool
	// KeepsToken keeps what is stored when a refresh fails.
	KeepsToken func() bool
	// Outcome tells what a failed refresh means for the entry: reauth, retry, or neither.
	Outcome func(Failure) Outcome
	// ReauthOnce asks the person of an entry once, however often its grant is found dead.
	ReauthOnce func() bool
	// SetupState is the state of an entry whose refresh failed at set-up.
	SetupState func(Outcome) string
	// SameAccount tells whether a new login is the entry's account.
	SameAccount func(entry, fresh string) bool

	// InUse refuses to delete a credential that an entry uses.
	InUse func() bool
	// CredentialID is the id of a new credential, beside those that are taken.
	CredentialID func(base string, taken []string) string
	// CredentialOf is the credential of an entry, by the implementation that the entry has.
	CredentialOf func(implementation string, list []Credential) string
	// Tidy is a value of a credential as it is stored.
	Tidy func(string) string
	// Hears and Says are what becomes of the frames of the account-link conversation.
	Hears, Says func(map[string]any) map[string]any
	// Offers tells whether the proxy's entry offers the service.
	Offers func(s Service, domain, version string, linked bool) bool
	// ClosesSocket ends the conversation when the tokens are there.
	ClosesSocket func() bool
	// OneSocket keeps a flow's conversation with the proxy, however often it is asked for.
	OneSocket func() bool

	Agent AgentPolicy // of the MCP client
}

// Authorization is what an authorize URL is made of.
type Authorization struct {
	ClientID, Redirect, State, Challenge, Scope, Secret, Verifier string
	Resource                                                      string // "": none is named
	Reauth                                                        bool
}

// Return is what a browser brought back to the callback.
type Return struct {
	Code, Error     string
	HasCode, HasErr bool
	Redirect        string // of the state: the token request repeats it
	Issuer          string // who says that it answered (RFC 9207)
	HasIssuer       bool
}

// Outcome is what a failed refresh leads to.
type Outcome int

// The outcomes.
const (
	Ignore Outcome = iota // an error of this use, and nothing else
	Retry                 // the provider is in trouble: try again later
	Reauth                // the grant is dead: ask the person
)

// Strict is the policy that conforms.
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

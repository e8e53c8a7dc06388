package indieauth

import (
	"net/url"
	"time"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockprovider"
)

// Policy holds every protocol decision of the server: those of a provider, and those below. The functions have no side
// effects. Section numbers are those of IndieAuth.
type Policy struct {
	mockprovider.Policy

	// ClientID reports whether a string is a client identifier (§3.3), and Canonical is the form in which they are compared
	// (§3.4).
	ClientID  func(id string) bool
	Canonical func(id string) string
	// Fetches reports whether a client's page is fetched (§4.2).
	Fetches func(id *url.URL) bool

	// Me is the profile URL that clients are told, given the user's own and the me of the request (§5.2).
	Me func(own, hint string) string
	// Profile is what a scope lets a client see of a user (§5.3.4).
	Profile func(of Person, scope string) map[string]any
	// WithMe completes a token response (§5.3.3), and ProfileAnswer is that of the authorization endpoint (§5.3.2); profile
	// may be nil.
	WithMe        func(answer map[string]any, me string, profile map[string]any) map[string]any
	ProfileAnswer func(me string, profile map[string]any) map[string]any
	// Names says why a code may not be redeemed for a profile (§5.3.1).
	Names func(c mockprovider.Code, app mockprovider.App, form url.Values, now time.Time) *mock.Refusal
	// Forgets reports whether a code redeemed for a profile is forgotten.
	Forgets func() bool

	// Grants says why a scope gets no token (§5.3.3).
	Grants func(scope string) *mock.Refusal

	// MayIntrospect reports whether a request may introspect a token (§6.1), and Active is the response for a valid one (§6.2).
	MayIntrospect func(r mock.Request, live func(token string) bool) bool
	Active        func(t mockprovider.Access, me string) map[string]any
	// UserInfo is the response of the userinfo endpoint (§9), and UserInfoScope the scope that it requires.
	UserInfo      func(profile map[string]any) map[string]any
	UserInfoScope func() string

	// Links are the links of a profile page (§4.1), in the Link header and as elements, each a relation and a URL.
	HeaderLinks, PageLinks func(issuer string) [][2]string
}

// Person is the user that a profile URL belongs to.
type Person struct{ Name, URL, Email string }

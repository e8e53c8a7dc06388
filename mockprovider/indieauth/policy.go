package indieauth

import (
	"net/url"
	"time"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockprovider"
)

// Policy holds every protocol decision of the server: those of a provider, and those below. Functions decide and have no
// effects. Sections are those of IndieAuth.
type Policy struct {
	mockprovider.Policy

	// ClientID tells whether a text is a client identifier (§3.3), and Canonical is the form in which they are compared
	// (§3.4).
	ClientID  func(id string) bool
	Canonical func(id string) string
	// Fetches tells whether the page of a client is fetched (§4.2).
	Fetches func(id *url.URL) bool

	// Me is the profile URL of a person as clients are told it: the person's own, and what the request hinted at (§5.2).
	Me func(own, hint string) string
	// Profile is what a scope lets a client see of a person (§5.3.4).
	Profile func(of Person, scope string) map[string]any
	// WithMe completes a token answer (§5.3.3), and ProfileAnswer is that of the authorization endpoint (§5.3.2); profile
	// may be nil.
	WithMe        func(answer map[string]any, me string, profile map[string]any) map[string]any
	ProfileAnswer func(me string, profile map[string]any) map[string]any
	// Names says why a code may not be redeemed for a profile (§5.3.1).
	Names func(c mockprovider.Code, app mockprovider.App, form url.Values, now time.Time) *mock.Refusal
	// Forgets forgets a code that was redeemed for a profile.
	Forgets func() bool

	// Grants says why a scope brings no token (§5.3.3).
	Grants func(scope string) *mock.Refusal

	// MayIntrospect tells whether a request may ask about a token (§6.1), and Active is what it is told of a live one (§6.2).
	MayIntrospect func(r mock.Request, live func(token string) bool) bool
	Active        func(t mockprovider.Access, me string) map[string]any
	// UserInfo is what the userinfo endpoint says (§9), and UserInfoScope the scope that it wants.
	UserInfo      func(profile map[string]any) map[string]any
	UserInfoScope func() string

	// Links are those of a profile page (§4.1): in the header Link and as elements, each a relation and a URL.
	HeaderLinks, PageLinks func(issuer string) [][2]string
}

// Person is whom a profile URL is of.
type Person struct{ Name, URL, Email string }

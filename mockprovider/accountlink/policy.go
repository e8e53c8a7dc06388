package accountlink

import (
	"net/http"
	"time"

	"github.com/coder/websocket"

	"github.com/authconform/authconform/mock"
)

// Policy holds every protocol decision of the proxy. Strict is the conforming one; a defect is a Policy with one field
// changed. Every field is a function, even a constant (mock.Is). The functions have no side effects.
type Policy struct {
	mock.Rules // of every request and answer

	// HelloTTL is how long a socket may stay silent before it names a service.
	HelloTTL func() time.Duration
	// UserTTL is the user's time limit.
	UserTTL func() time.Duration
	// FrameLimit is the most bytes of a frame.
	FrameLimit func() int64
	// Sockets is how many sockets may be open at once.
	Sockets func() int

	// Listed is the list of services as it is sent.
	Listed func([]Service) any
	// Hello reads the service from the first frame; "" if there is none.
	Hello func(text bool, raw []byte) string
	// Says rewrites a frame before it is sent; nil means that it is not sent.
	Says func(map[string]any) map[string]any
	// FrameType is the WebSocket type of the proxy's frames.
	FrameType func() websocket.MessageType
	// NewState creates a flow's state; SingleUse reports whether it is forgotten when the browser returns with it.
	NewState  func() string
	SingleUse func() bool
	// Whose picks the flow that a returning browser belongs to, among the waiting ones, oldest first; "" means none.
	Whose func(state string, waiting []string) string
	// Shares reports whether every waiting flow gets the tokens, not only the one that the browser returned for.
	Shares func() bool
	// Returned answers the browser that returned.
	Returned func(message string) string
	// Parameters are the parameters of the authorize URL.
	Parameters func(list [][2]string) [][2]string
	// Refresh reads the refresh token from the body of a refresh request; false if there is none.
	Refresh func(body []byte) (string, bool)
	// Refreshed is the response to a refresh, made from the third party's response.
	Refreshed func(status int, answer map[string]any) (int, map[string]any)
	// Known reports whether a service can be refreshed.
	Known func(services []Service, domain string) bool
	// RefreshHeader are the headers of a refresh response.
	RefreshHeader func() http.Header
}

// Service is a service that homes can link through the proxy, with the proxy's client there.
type Service struct {
	Domain       string
	MinVersion   string
	Accepts      *bool // nil: not told
	AuthorizeURL string
	TokenURL     string
	ClientID     string
	ClientSecret string
	Scope        string
}

// Strict returns the conforming policy.
func Strict() *Policy {
	return &Policy{
		Rules:    strictRules(),
		HelloTTL: mock.Is(10 * time.Second), UserTTL: mock.Is(10 * time.Minute),
		FrameLimit: mock.Is[int64](4 << 10), Sockets: mock.Is(1000),
		Listed: listed, Hello: hello, Says: func(m map[string]any) map[string]any { return m },
		FrameType: mock.Is(websocket.MessageText),
		NewState:  func() string { return mock.Secret(24) }, SingleUse: mock.Is(true), Whose: whose,
		Shares:     mock.Is(false),
		Returned:   func(message string) string { return message },
		Parameters: func(list [][2]string) [][2]string { return list },
		Refresh:    readRefresh, Refreshed: refreshed, Known: known,
		RefreshHeader: mock.Is(http.Header{"Cache-Control": {"no-store"}}),
	}
}

func strictRules() mock.Rules {
	headers := http.Header{"Referrer-Policy": {"no-referrer"}, "X-Content-Type-Options": {"nosniff"}}
	return mock.Rules{
		BodyLimit: mock.Is[int64](16 << 10), Duplicates: mock.Is(false), Headers: mock.Is(headers),
		PublicCORS: func(string) bool { return false }, Request: mock.AsSent, Answer: mock.AsDecided,
	}
}

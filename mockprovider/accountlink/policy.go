package accountlink

import (
	"net/http"
	"time"

	"github.com/coder/websocket"

	"github.com/authconform/authconform/mock"
)

// Policy holds every protocol decision of the proxy. Strict is the one that conforms; a defect is a Policy with one field
// changed. Every field is a function, the constants too (mock.Is). Functions decide and have no effects.
type Policy struct {
	mock.Rules // of every request and answer

	// HelloTTL is how long a socket may be silent before it names a service.
	HelloTTL func() time.Duration
	// UserTTL is the time for a person to finish.
	UserTTL func() time.Duration
	// FrameLimit is how many bytes a frame may have.
	FrameLimit func() int64
	// Sockets is how many may be open at once.
	Sockets func() int

	// Listed is the list of services as it is told.
	Listed func([]Service) any
	// Hello reads the first frame: the service, "" for none.
	Hello func(text bool, raw []byte) string
	// Says is what becomes of a frame on its way out; nil: it is not sent.
	Says func(map[string]any) map[string]any
	// FrameType is the type of its frames.
	FrameType func() websocket.MessageType
	// NewState makes the state of a flow; SingleUse forgets it when somebody comes back with it.
	NewState  func() string
	SingleUse func() bool
	// Whose is the flow that somebody comes back for, among those that wait, the oldest first; "": nobody's.
	Whose func(state string, waiting []string) string
	// Shares sends the tokens to everybody who waits, not to the one alone for whom somebody has finished.
	Shares func() bool
	// Returned answers the browser that came back.
	Returned func(message string) string
	// Parameters are those of the authorize URL.
	Parameters func(list [][2]string) [][2]string
	// Refresh reads the body of a refresh request: the refresh token, or false.
	Refresh func(body []byte) (string, bool)
	// Refreshed is the answer to a refresh, from what the third party answered.
	Refreshed func(status int, answer map[string]any) (int, map[string]any)
	// Known tells whether a service is refreshed.
	Known func(services []Service, domain string) bool
	// RefreshHeader are the headers of such an answer.
	RefreshHeader func() http.Header
}

// Service is one that homes may link by the proxy, and the proxy's client there.
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

// Strict is the policy that conforms.
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

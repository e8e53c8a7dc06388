package mockserver

import (
	"net/http"
	"strings"
	"time"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver/linking"
	"github.com/authconform/authconform/mockserver/store"
)

const (
	codeTTL        = 10 * time.Minute
	accessTTL      = 30 * time.Minute
	accessLeeway   = 10 * time.Second // past its exp that an access token still passes
	refreshIdleTTL = 90 * 24 * time.Hour
	secretLength   = 16 // bytes of codes and flow ids
)

// Strict returns the conforming policy.
func Strict() *Policy {
	p := &Policy{
		Rules:   strictRules(),
		Linking: linking.Strict(),
		Store:   func() store.Store { return store.NewMemory() },

		ClientID: checkClientID, URLLimit: mock.Is(2048),
		Redirect: checkRedirect, FinishRedirect: mock.Is(true),
		Challenge: checkChallenge,

		PageTTL: mock.Is(5 * time.Second), PageLimit: mock.Is(10 << 10), PageReads: mock.Is(0),
		FetchRequest:    func(string) (string, http.Header) { return http.MethodGet, nil },
		LinkedRedirects: linkedRedirects, DocumentRedirects: documentRedirects,
		Unreadable:          func(string, error) []string { return nil },
		FetchBeforePassword: mock.Is(false), FetchBeforeCode: mock.Is(false), FetchesAll: mock.Is(false),

		Filtered: filtered, Metadata: metadata, ResourceMetadata: resourceMetadata, BearerChallenge: bearerChallenge,
		MCPGuarded: func(string) bool { return true },
		MCPOrigin:  func(string, string) bool { return true }, // the real home asks for a token and for nothing else
	}
	p.strictLogin()
	p.strictTokens()
	p.strictAccess()
	return p
}

func strictRules() mock.Rules {
	headers := http.Header{
		"Referrer-Policy": {"no-referrer"}, "X-Content-Type-Options": {"nosniff"}, "X-Frame-Options": {"SAMEORIGIN"}, "Server": {""},
	}
	return mock.Rules{
		BodyLimit: mock.Is[int64](64 << 10), Duplicates: mock.Is(true), Headers: mock.Is(headers),
		PublicCORS: publicCORS, Request: mock.AsSent, Answer: mock.AsDecided,
	}
}

// strictLogin decides of login flows, from the password to the code.
func (p *Policy) strictLogin() {
	p.NewFlow = func() string { return mock.Secret(secretLength) }
	p.SameAddress = func(began, now string) bool { return began == now }
	p.FlowTTL = mock.Is[time.Duration](0)
	p.Username = foldUsername
	p.Password = func(s string) string { return s }
	p.SecondFactor = func(u User) bool { return u.TOTP != "" }
	p.TOTP = func(secret, code string, _ bool, now time.Time) bool { return validTOTP(secret, code, now) }
	p.MFATTL, p.MFATries, p.MFALenient = mock.Is(5*time.Minute), mock.Is(5), mock.Is(false)
	p.Inactive = mock.Is(true)
	p.NewCode = func() string { return mock.Secret(secretLength) }
	p.Address, p.Trusted = fromConnection, inNetworks
	p.Pickable = func(u User, listed bool) bool { return listed && !u.Inactive && !u.System }
	p.Picks = func(_, offered bool) bool { return offered }
	p.Bypasses = func(allowed bool, offered int) bool { return allowed && offered == 1 }
	p.StaysTrusted = func(trusted bool) bool { return trusted }
	p.Command, p.CommandUser = commandOf, strings.TrimSpace
	p.CommandPasses = func(code int) bool { return code == 0 }
}

// strictTokens decides of codes that are redeemed and of the sessions that they open.
func (p *Policy) strictTokens() {
	p.CodeTTL = mock.Is(codeTTL)
	p.Redeem, p.BurnsCode, p.SingleUse = redeemable(codeTTL), burnsCode, mock.Is(true)
	p.Link = func(c store.Code, callerID string) bool {
		return c.Challenge == "" && (c.UserID == callerID || c.New.Account != "")
	}
	p.NewRefresh = func() string { return mock.Secret(64) }
	p.Refresh, p.Alive, p.RefreshIdleTTL = refreshable, alive(refreshIdleTTL), mock.Is(refreshIdleTTL)
	p.AccessTTL = mock.Is(accessTTL)
	p.TokenAnswer, p.TokenHeader = tokenAnswer, mock.Is(http.Header{"Cache-Control": {"no-store"}, "Pragma": {"no-cache"}})
	p.Revoke = func(store.Refresh) bool { return true }
	ends := func(why End) bool { return why != EndPassword && why != EndRights }
	p.Ends, p.Closes, p.ClosesAll = ends, ends, mock.Is(false)
	p.Orphaned = func(there bool, u User) bool { return !there || u.Username == "" }
	p.NameTaken = func(old store.Refresh, name string) bool { return old.Type == store.LongLived && old.Name == name }
	p.Lifespan = func(days float64) bool { return days >= 1 && days <= 36500 }
	p.OwnSession = func(r store.Refresh, user User) bool { return r.UserID == user.ID }
}

// strictAccess decides of those who call with a token, by REST and by WebSocket.
func (p *Policy) strictAccess() {
	p.Bearer, p.Algorithms, p.Access = bearerOf, mock.Is([]string{"HS256"}), accessHolds(accessLeeway)
	p.Caller = func(there bool, u User) bool { return there && !u.Inactive }
	p.Manages, p.CurrentPassword = manages, mock.Is(true)
	p.Groups = func(asked []string) []string { return asked }
	p.SocketUser = func(_, now User) User { return now }
	p.AdminOnly = func(_ string, admin bool) bool { return !admin }
	p.MaySubscribe = maySubscribe
	p.SignedMethod = func(method string) bool { return method == http.MethodGet || method == http.MethodHead }
	p.SignedPath, p.SignedPathTTL = pathSigned, mock.Is(30*time.Second)
	p.SocketAuthTTL = mock.Is(10 * time.Second)
	p.SocketSessions = func(store.Refresh) bool { return true }
	p.SocketIgnoresExpiry, p.LingerAfterAuth, p.AnswersJunk = mock.Is(false), mock.Is(false), mock.Is(false)
	asItIs := func(m map[string]any) map[string]any { return m }
	p.Hears, p.Says = asItIs, asItIs
}

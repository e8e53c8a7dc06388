package mockserver

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver/store"
)

// AccessClaims are the claims of an access token: its session and its times.
type AccessClaims struct {
	Session string
	Issued  time.Time
	Expires time.Time
}

// PathClaims are the claims of a signed path.
type PathClaims struct {
	Session string
	Path    string
	Params  [][2]string
	Expires time.Time
}

// session is the caller: a refresh token and its user.
type session struct {
	Refresh store.Refresh
	User    User
}

// signAccess creates an access token: HS256 with the key of its refresh token.
func (h *Home) signAccess(r store.Refresh) string {
	now := h.now()
	claims := jwt.MapClaims{"iss": r.ID, "iat": now.Unix(), "exp": now.Add(r.TTL).Unix()}
	s, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString(r.Key)
	if err != nil {
		return "" // HS256 with a byte key does not fail
	}
	return s
}

const maxToken = 8192

// access finds the session of a valid access token.
func (h *Home) access(token string) *session { return h.accessBy(h.Policy(), token) }

func (h *Home) accessBy(p *Policy, token string) *session {
	if token == "" || len(token) > maxToken {
		return nil
	}
	var found store.Refresh
	claims := jwt.MapClaims{}
	parser := jwt.NewParser(jwt.WithValidMethods(p.Algorithms()), jwt.WithoutClaimsValidation(), jwt.WithStrictDecoding())
	_, err := parser.ParseWithClaims(token, claims, func(t *jwt.Token) (any, error) {
		iss, err := t.Claims.GetIssuer()
		r, ok := h.store.RefreshByID(iss)
		if err != nil || !ok {
			return nil, jwt.ErrTokenInvalidIssuer
		}
		found = r
		return r.Key, nil
	})
	if err != nil {
		return nil
	}
	issued, err1 := claims.GetIssuedAt()
	expires, err2 := claims.GetExpirationTime()
	if err1 != nil || err2 != nil || issued == nil || expires == nil {
		return nil
	}
	if !p.Access(AccessClaims{found.ID, issued.Time, expires.Time}, h.now()) || !p.Alive(found, h.now()) {
		return nil
	}
	return h.open(found)
}

func (h *Home) open(r store.Refresh) *session {
	user, ok := h.users.get(r.UserID)
	if !h.Policy().Caller(ok, user) {
		return nil
	}
	return &session{r, user}
}

// accessHolds is the strict rule of an access token's times.
func accessHolds(leeway time.Duration) func(AccessClaims, time.Time) bool {
	return func(c AccessClaims, now time.Time) bool {
		return now.Before(c.Expires.Add(leeway)) && !now.Before(c.Issued.Add(-leeway))
	}
}

// bearerOf reads "Bearer TOKEN"; the scheme may be in any case (RFC 9110 §11.1).
func bearerOf(header string) string {
	scheme, token, _ := strings.Cut(header, " ")
	token = strings.TrimSuffix(token, " ")
	if !strings.EqualFold(scheme, "Bearer") || strings.ContainsAny(token, " \t") {
		return ""
	}
	return token
}

// bearer guards an endpoint: a bearer token, or for GET and HEAD a signed path.
func (h *Home) bearer(next handler) handler {
	return func(c *call) *mock.Answer {
		if c.user = h.caller(c); c.user == nil {
			h.bans.count(c.IP)
			return h.unauthorized(c)
		}
		return next(c)
	}
}

// unauthorized is the 401 that asks for a bearer token.
func (h *Home) unauthorized(c *call) *mock.Answer {
	a := mock.Plain(http.StatusUnauthorized)
	if challenge := h.Policy().BearerChallenge(h.ownURL(c.Host), c.URL.Path); challenge != "" {
		a.Header.Set("WWW-Authenticate", challenge)
	}
	return a
}

func (h *Home) caller(c *call) *session {
	if lines := c.Header.Values("Authorization"); len(lines) > 0 {
		return h.access(h.Policy().Bearer(lines[0]))
	}
	if sig := c.URL.Query().Get("authSig"); sig != "" && h.Policy().SignedMethod(c.Method) {
		return h.signedPath(sig, c.URL)
	}
	return nil
}

// signPath creates a path that works for a while without a header.
func (h *Home) signPath(r store.Refresh, path string, ttl time.Duration) (string, error) {
	u, err := url.Parse(path)
	if err != nil {
		return "", err
	}
	now := h.now()
	h.mu.Lock()
	key := h.signKey
	h.mu.Unlock()
	sig, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"iss": r.ID, "path": u.Path, "params": boundParams(u.Query(), u.RawQuery), "iat": now.Unix(), "exp": now.Add(ttl).Unix(),
	}).SignedString(key)
	if err != nil {
		return "", err
	}
	if u.RawQuery != "" {
		return u.Path + "?" + u.RawQuery + "&authSig=" + sig, nil
	}
	return u.Path + "?authSig=" + sig, nil
}

// boundParams are the parameters that a signature covers, in order; width and height of pictures are free.
func boundParams(_ url.Values, raw string) [][2]string {
	out := [][2]string{}
	for pair := range strings.SplitSeq(raw, "&") {
		name, value, _ := strings.Cut(pair, "=")
		n, err1 := url.QueryUnescape(name)
		v, err2 := url.QueryUnescape(value)
		if err1 == nil && err2 == nil && n != "" && n != "authSig" && n != "width" && n != "height" {
			out = append(out, [2]string{n, v})
		}
	}
	return out
}

func (h *Home) signedPath(sig string, u *url.URL) *session {
	h.mu.Lock()
	key := h.signKey
	h.mu.Unlock()
	claims := jwt.MapClaims{}
	parser := jwt.NewParser(jwt.WithValidMethods(h.Policy().Algorithms()), jwt.WithoutClaimsValidation(), jwt.WithStrictDecoding())
	if _, err := parser.ParseWithClaims(sig, claims, func(*jwt.Token) (any, error) { return key, nil }); err != nil {
		return nil
	}
	c := PathClaims{}
	c.Session, _ = claims.GetIssuer()
	c.Path, _ = claims["path"].(string)
	if exp, err := claims.GetExpirationTime(); err == nil && exp != nil {
		c.Expires = exp.Time
	}
	list, _ := claims["params"].([]any)
	for _, item := range list {
		if pair, ok := item.([]any); ok && len(pair) == 2 {
			n, _ := pair[0].(string)
			v, _ := pair[1].(string)
			c.Params = append(c.Params, [2]string{n, v})
		}
	}
	if !h.Policy().SignedPath(c, u.Path, url.Values{"": {u.RawQuery}}, h.now()) {
		return nil
	}
	r, ok := h.store.RefreshByID(c.Session)
	if !ok || !h.Policy().Alive(r, h.now()) {
		return nil
	}
	return h.open(r)
}

// pathSigned is the strict rule of signed paths: this path, these parameters in this order, in time. The raw query
// stands under the empty name.
func pathSigned(c PathClaims, path string, query url.Values, now time.Time) bool {
	if c.Path != path || !now.Before(c.Expires) {
		return false
	}
	params := boundParams(nil, query.Get(""))
	if len(params) != len(c.Params) {
		return false
	}
	for i := range params {
		if params[i] != c.Params[i] {
			return false
		}
	}
	return true
}

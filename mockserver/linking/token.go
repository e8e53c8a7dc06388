package linking

import (
	"cmp"
	"context"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"math"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Token is a stored token response: the provider's members, and expires_at in Unix seconds.
type Token map[string]any

func (t Token) text(name string) string { s, _ := t[name].(string); return s }

func (t Token) expires() time.Time {
	seconds, _ := t["expires_at"].(float64)
	return time.UnixMicro(int64(seconds * 1e6))
}

// TokenRequest is a POST to a token endpoint before it is sent.
type TokenRequest struct {
	Method string // "": POST
	URL    string
	Header http.Header
	Form   [][2]string // in order

	Redirects      bool                   // follow them
	AnyCertificate bool                   // do not check the endpoint's
	Again          func(TokenAnswer) bool // send it once more after such an answer; nil: never
}

// TokenAnswer is the response. Err is set if no complete response arrived.
type TokenAnswer struct {
	Status int
	Header http.Header
	Body   []byte
	Err    error
}

// Failure is why a token request returned no token; the zero value means no failure.
type Failure struct {
	Reason string // of a flow's abort: oauth_unauthorized, oauth_failed, oauth_error, oauth_timeout
	Status int    // of the answer; 0: there was none
}

func (f Failure) failed() bool { return f.Reason != "" }

// codeRequest redeems a code (RFC 6749 §4.1.3): the redirect_uri is that of the authorize URL.
func codeRequest(p Provider, c Credential, code, redirect, verifier string) TokenRequest {
	form := [][2]string{{"grant_type", "authorization_code"}, {"code", code}, {"redirect_uri", redirect}}
	if verifier != "" {
		form = append(form, [2]string{"code_verifier", verifier})
	}
	return authenticated(p, c, form, len(form))
}

// refreshRequest refreshes (RFC 6749 §6).
func refreshRequest(p Provider, c Credential, refresh string) TokenRequest {
	return authenticated(p, c, [][2]string{{"grant_type", "refresh_token"}, {"refresh_token", refresh}}, 1)
}

// authenticated adds the client: its id in the form at a place, its secret there too, or both in the header.
func authenticated(p Provider, c Credential, form [][2]string, at int) TokenRequest {
	r := TokenRequest{URL: p.TokenURL, Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}}
	basic := p.AuthMethod == "client_secret_basic" && c.ClientSecret != ""
	r.Form = append(r.Form, form[:at]...)
	if !basic || form[0][1] == "refresh_token" {
		r.Form = append(r.Form, [2]string{"client_id", c.ClientID})
	}
	r.Form = append(r.Form, form[at:]...)
	switch {
	case basic:
		pair := url.QueryEscape(c.ClientID) + ":" + url.QueryEscape(c.ClientSecret)
		r.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(pair)))
	case c.ClientSecret != "":
		r.Form = append(r.Form, [2]string{"client_secret", c.ClientSecret})
	}
	return r
}

func encode(form [][2]string) string {
	var parts []string
	for _, p := range form {
		parts = append(parts, url.QueryEscape(p[0])+"="+url.QueryEscape(p[1]))
	}
	return strings.Join(parts, "&")
}

// send sends a token request, within its time on the home's clock.
func (l *Linker) send(ctx context.Context, r TokenRequest) TokenAnswer {
	r = l.Policy().TokenRequest(r)
	a := l.post(ctx, r)
	if r.Again != nil && r.Again(a) {
		a = l.post(ctx, r)
	}
	return a
}

func (l *Linker) post(ctx context.Context, r TokenRequest) TokenAnswer {
	ctx, stop := l.within(ctx, l.Policy().TokenTTL())
	defer stop()
	req, err := http.NewRequestWithContext(ctx, cmp.Or(r.Method, http.MethodPost), r.URL, strings.NewReader(encode(r.Form)))
	if err != nil {
		return TokenAnswer{Err: err}
	}
	req.Header = r.Header.Clone()
	req.Header.Set("User-Agent", "HomeAssistant/"+l.Version+" authconform")
	client := *l.HTTP
	if t, ok := client.Transport.(*http.Transport); ok && r.AnyCertificate {
		lax := t.Clone()
		lax.TLSClientConfig = &tls.Config{InsecureSkipVerify: true} //nolint:gosec // a defect asks for it
		client.Transport = lax
		defer lax.CloseIdleConnections()
	}
	if !r.Redirects {
		client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	}
	resp, err := client.Do(req)
	if err != nil {
		return TokenAnswer{Err: errors.Join(err, context.Cause(ctx))}
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, int64(l.Policy().FrameLimit())+1))
	if err == nil && len(body) > l.Policy().FrameLimit() {
		err = errors.New("the answer is too long")
	}
	if err != nil {
		err = errors.Join(err, context.Cause(ctx))
	}
	return TokenAnswer{Status: resp.StatusCode, Header: resp.Header, Body: body, Err: err}
}

// tell sends a third party what a policy wants to tell it, if anything.
func (l *Linker) tell(ctx context.Context, r *TokenRequest) {
	if r != nil {
		l.send(ctx, *r)
	}
}

var errLate = errors.New("the answer came too late")

// within is a context that ends when a time has passed on the home's clock.
func (l *Linker) within(ctx context.Context, d time.Duration) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	stop := l.Clock.AfterFunc(d, func() { cancel(errLate) })
	return ctx, func() { stop(); cancel(nil) }
}

// readToken reads a token answer (RFC 6749 §5.1, §5.2): JSON with an access token, usable as a bearer token, whose life
// is a number of seconds. Unknown members stay.
func readToken(a TokenAnswer, refresh bool) (Token, Failure) {
	fail := func(reason string) (Token, Failure) { return nil, Failure{reason, a.Status} }
	switch {
	case errors.Is(a.Err, errLate):
		return fail("oauth_timeout")
	case a.Err != nil, a.Status == http.StatusTooManyRequests, a.Status >= 500, a.Status < 200, a.Status >= 300 && a.Status < 400:
		return fail("oauth_failed")
	case a.Status >= 400:
		return fail("oauth_unauthorized")
	}
	media, _, err := mime.ParseMediaType(a.Header.Get("Content-Type"))
	if err != nil || (media != "application/json" && !strings.HasSuffix(media, "+json")) {
		return fail("oauth_failed")
	}
	var t Token
	if json.Unmarshal(a.Body, &t) != nil || t == nil || t["error"] != nil {
		return fail("oauth_error")
	}
	life, given := t["expires_in"]
	seconds, ok := lifetime(life)
	if refresh && !given {
		ok = true // the old life holds
	}
	kind, typed := t["token_type"].(string)
	if t.text("access_token") == "" || !ok || (typed && !strings.EqualFold(kind, "bearer")) {
		return fail("oauth_error")
	}
	if given {
		t["expires_in"] = seconds
	}
	return t, Failure{}
}

// lifetime is expires_in as whole seconds; a number in a string is taken.
func lifetime(v any) (int, bool) {
	switch n := v.(type) {
	case int:
		return n, true
	case float64:
		return int(n), math.Abs(n) < 1e9
	case string:
		i, err := strconv.Atoi(strings.TrimSpace(n))
		return i, err == nil && i < 1e9 && i > -1e9
	}
	return 0, false
}

// merge keeps what a refresh does not name, the refresh token among it (RFC 6749 §6).
func merge(old, fresh Token) Token {
	out := maps.Clone(old)
	maps.Copy(out, fresh)
	if out["refresh_token"] == nil {
		out["refresh_token"] = old["refresh_token"]
	}
	return out
}

// stamped is a token with the time of its end.
func (l *Linker) stamped(t Token, received time.Time) Token {
	t = maps.Clone(t)
	seconds, _ := lifetime(t["expires_in"])
	t["expires_in"] = seconds
	t["expires_at"] = float64(l.Policy().Expiry(received, seconds).UnixMicro()) / 1e6
	return t
}

// outcomeOf tells a dead grant from a provider in trouble.
func outcomeOf(f Failure) Outcome {
	switch {
	case f.Status >= 400 && f.Status < 500 && f.Status != http.StatusTooManyRequests:
		return Reauth
	case f.Status == 0, f.Status == http.StatusTooManyRequests, f.Status >= 500:
		return Retry
	}
	return Ignore
}

package accountlink

import (
	"context"
	"encoding/json"
	"errors"
	"html"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"

	"github.com/authconform/authconform/mock"
)

// Options make a Proxy.
type Options struct {
	Policy       *Policy     // nil: Strict
	Clock        *mock.Clock // nil: real time
	Services     []Service
	HTTP         *http.Client // talks to third parties; nil: the default
	URL          string       // its own
	ControlToken string       // "": a random one
}

// Proxy is a running proxy.
type Proxy struct {
	Options
	plane *mock.Plane

	mu      sync.Mutex
	waiting map[string]*flow // by state
	order   []string         // of states, the oldest first
	open    int
}

// flow is a person who has been sent away, and the socket that waits.
type flow struct {
	service Service
	done    chan map[string]any // the last frame
}

// New makes a proxy. Nothing listens yet.
func New(o Options) *Proxy {
	if o.Policy == nil {
		o.Policy = Strict()
	}
	if o.Clock == nil {
		o.Clock = &mock.Clock{}
	}
	if o.HTTP == nil {
		o.HTTP = http.DefaultClient
	}
	p := &Proxy{Options: o, plane: mock.NewPlane(o.Clock, &o.Policy.Rules), waiting: map[string]*flow{}}
	if o.ControlToken != "" {
		p.plane.Control.Token = o.ControlToken
	}
	p.ControlToken = p.plane.Control.Token
	p.plane.Handle("/services", mock.Methods{http.MethodGet: func(*mock.Call) *mock.Answer { return mock.JSON(http.StatusOK, p.Policy.Listed(p.Services)) }})
	p.plane.Handle("/v1", mock.Methods{http.MethodGet: p.socket})
	p.plane.Handle("/callback", mock.Methods{http.MethodGet: p.callback})
	p.plane.Handle("/refresh_token/{service}", mock.Methods{http.MethodPost: p.refresh})
	return p
}

// ServeHTTP implements http.Handler.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) { p.plane.ServeHTTP(w, r) }

// Clock is the proxy's clock.
func (p *Proxy) Clock() *mock.Clock { return p.plane.Clock }

// Server is a proxy that listens, with TLS.
type Server struct {
	*Proxy
	*mock.Server
	URL string
	CA  []byte // PEM, to be trusted
}

// Listen starts a proxy at an address.
func Listen(address string, o Options) (*Server, error) {
	ca, err := mock.NewAuthority("authconform account-link proxy")
	if err != nil {
		return nil, err
	}
	l, at, err := mock.Bind(address)
	if err != nil {
		return nil, err
	}
	o.URL = mock.HTTPS(at)
	p := New(o)
	p.plane.Handle("/ca.pem", mock.Methods{http.MethodGet: func(*mock.Call) *mock.Answer {
		return &mock.Answer{Status: http.StatusOK, Header: http.Header{"Content-Type": {"application/x-pem-file"}}, Body: ca.PEM}
	}})
	return &Server{p, mock.ServeTLS(l, at, p, ca), o.URL, ca.PEM}, nil
}

func listed(services []Service) any {
	list := []map[string]any{}
	for _, s := range services {
		v := map[string]any{"service": s.Domain, "min_version": s.MinVersion}
		if s.Accepts != nil {
			v["accepts_new_authorizations"] = *s.Accepts
		}
		list = append(list, v)
	}
	return list
}

func known(services []Service, domain string) bool {
	return slices.ContainsFunc(services, func(s Service) bool { return s.Domain == domain })
}

// hello wants exactly {"service": domain} as a text frame.
func hello(text bool, raw []byte) string {
	var m map[string]any
	if !text || json.Unmarshal(raw, &m) != nil || len(m) != 1 {
		return ""
	}
	s, _ := m["service"].(string)
	return s
}

func whose(state string, waiting []string) string {
	if state != "" && slices.Contains(waiting, state) {
		return state
	}
	return ""
}

func (p *Proxy) service(domain string) (Service, bool) {
	i := slices.IndexFunc(p.Services, func(s Service) bool { return s.Domain == domain })
	if i < 0 {
		return Service{}, false
	}
	return p.Services[i], true
}

// socket is the conversation.
func (p *Proxy) socket(c *mock.Call) *mock.Answer {
	if c.Writer() == nil || c.Header.Get("Sec-Websocket-Key") == "" {
		return mock.Text(http.StatusBadRequest, "a WebSocket is wanted here")
	}
	if !p.enter(p.Policy.Sockets()) {
		return mock.Plain(http.StatusServiceUnavailable)
	}
	defer p.leave()
	conn, err := websocket.Accept(c.Writer(), c.Request, nil)
	if err != nil {
		return nil // the library has answered
	}
	conn.SetReadLimit(p.Policy.FrameLimit())
	ctx := context.WithoutCancel(c.Context())
	code, why := p.talk(ctx, conn)
	_ = conn.Close(code, why)
	return nil
}

func (p *Proxy) enter(limit int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.open >= limit {
		return false
	}
	p.open++
	return true
}

func (p *Proxy) leave() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open--
}

var errLate = errors.New("late")

// within is a context that ends when a time has passed on the clock.
func (p *Proxy) within(ctx context.Context, d time.Duration) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	stop := p.plane.Clock.AfterFunc(d, func() { cancel(errLate) })
	return ctx, func() { stop(); cancel(nil) }
}

func (p *Proxy) talk(ctx context.Context, conn *websocket.Conn) (websocket.StatusCode, string) {
	quiet, heard := p.within(ctx, p.Policy.HelloTTL())
	kind, raw, err := conn.Read(quiet)
	heard()
	if err != nil {
		return websocket.StatusPolicyViolation, "a service was not named"
	}
	domain := p.Policy.Hello(kind == websocket.MessageText, raw)
	if domain == "" {
		return websocket.StatusUnsupportedData, `{"service": domain} is wanted, as text`
	}
	s, ok := p.service(domain)
	switch {
	case !ok:
		p.say(ctx, conn, map[string]any{"error": "unsupported"})
		return websocket.StatusNormalClosure, ""
	case s.Accepts != nil && !*s.Accepts:
		p.say(ctx, conn, map[string]any{"error": "unavailable"})
		return websocket.StatusNormalClosure, ""
	}
	state, f := p.begin(s)
	defer p.take(state, true)
	p.say(ctx, conn, map[string]any{"authorize_url": p.authorizeURL(s, state)})
	return p.wait(ctx, conn, f)
}

// wait waits for the person, and for the home to go away or to say what it must not.
func (p *Proxy) wait(ctx context.Context, conn *websocket.Conn, f *flow) (websocket.StatusCode, string) {
	patient, stop := p.within(ctx, p.Policy.UserTTL())
	defer stop()
	gone := make(chan error, 1) // what ended the silence of the home; nil: it said something
	reading, end := context.WithCancel(ctx)
	defer end()
	go func() {
		_, _, err := conn.Read(reading)
		gone <- err
	}()
	select {
	case frame := <-f.done:
		p.say(ctx, conn, frame)
		last, stop := p.within(ctx, p.Policy.HelloTTL())
		defer stop()
		select { // the client closes; a client that does not is closed
		case err := <-gone:
			_ = err // that it is gone is all that was waited for
		case <-last.Done():
		}
		return websocket.StatusNormalClosure, ""
	case err := <-gone:
		if err == nil {
			return websocket.StatusPolicyViolation, "one frame is all that is said here"
		}
		return websocket.StatusNormalClosure, ""
	case <-patient.Done():
		p.say(ctx, conn, map[string]any{"error": "timeout"})
		return websocket.StatusNormalClosure, ""
	}
}

func (p *Proxy) say(ctx context.Context, conn *websocket.Conn, frame map[string]any) {
	v := p.Policy.Says(frame)
	if v == nil {
		return
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	_ = conn.Write(ctx, websocket.MessageText, raw) // a peer that is gone ends the reading
}

func (p *Proxy) begin(s Service) (string, *flow) {
	state, f := p.Policy.NewState(), &flow{s, make(chan map[string]any, 1)}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiting[state] = f
	p.order = append(p.order, state)
	return state, f
}

// states are those of the flows that wait, the oldest first.
func (p *Proxy) states() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.order)
}

// take finds the flow of a state; forget takes it, for one caller only.
func (p *Proxy) take(state string, forget bool) *flow {
	p.mu.Lock()
	defer p.mu.Unlock()
	f := p.waiting[state]
	if forget {
		delete(p.waiting, state)
		p.order = slices.DeleteFunc(p.order, func(s string) bool { return s == state })
	}
	return f
}

// returned is the flow that somebody comes back for, nil for nobody's.
func (p *Proxy) returned(state string) *flow {
	for {
		waiting := p.states()
		whose := p.Policy.Whose(state, waiting)
		if f := p.take(whose, p.Policy.SingleUse()); f != nil || !slices.Contains(waiting, whose) {
			return f
		} // somebody else has taken it meanwhile
	}
}

func (p *Proxy) authorizeURL(s Service, state string) string {
	list := p.Policy.Parameters([][2]string{
		{"response_type", "code"}, {"client_id", s.ClientID}, {"redirect_uri", p.URL + "/callback"}, {"state", state}, {"scope", s.Scope},
	})
	var parts []string
	for _, pair := range list {
		parts = append(parts, pair[0]+"="+url.QueryEscape(pair[1]))
	}
	return s.AuthorizeURL + "?" + strings.Join(parts, "&")
}

// callback takes the browser that came back, redeems the code, and sends the tokens down the socket.
func (p *Proxy) callback(c *mock.Call) *mock.Answer {
	q := c.URL.Query()
	f := p.returned(q.Get("state"))
	switch {
	case f == nil:
		return p.page(http.StatusBadRequest, "This link is spent, or nobody waits for it. Start again in your home.")
	case q.Get("code") == "":
		f.finish(map[string]any{"error": "unknown"})
		return p.page(http.StatusOK, "Nothing was linked. You can close this window.")
	}
	status, tokens := p.ask(c.Context(), f.service, url.Values{"grant_type": {"authorization_code"}, "code": {q.Get("code")}, "redirect_uri": {p.URL + "/callback"}})
	if status != http.StatusOK || tokens["access_token"] == nil {
		f.finish(map[string]any{"error": "unknown"})
		return p.page(http.StatusBadGateway, "The third party gave no tokens. Start again in your home.")
	}
	f.finish(map[string]any{"tokens": tokens})
	return p.page(http.StatusOK, "Linked. You can close this window.")
}

func (f *flow) finish(frame map[string]any) {
	select {
	case f.done <- frame:
	default: // it has ended already
	}
}

func (p *Proxy) page(status int, message string) *mock.Answer {
	a := mock.Text(status, "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'><title>Account link</title>"+
		"<body style='font:1.1rem/1.5 system-ui;max-width:28rem;margin:15vh auto;padding:0 1rem'><p role=status>"+p.Policy.Returned(html.EscapeString(message)))
	a.Header.Set("Content-Type", "text/html; charset=utf-8")
	a.Header.Set("Cache-Control", "no-store")
	a.Header.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
	return a
}

// ask asks a third party's token endpoint as the proxy's client.
func (p *Proxy) ask(ctx context.Context, s Service, form url.Values) (int, map[string]any) {
	form.Set("client_id", s.ClientID)
	form.Set("client_secret", s.ClientSecret)
	ctx, stop := p.within(ctx, 30*time.Second)
	defer stop()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.TokenURL, strings.NewReader(form.Encode()))
	if err != nil {
		return 0, nil
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := p.HTTP.Do(req)
	if err != nil {
		return 0, nil
	}
	defer resp.Body.Close()
	var v map[string]any
	_ = json.NewDecoder(io.LimitReader(resp.Body, 64<<10)).Decode(&v) // what is no object is no token
	return resp.StatusCode, v
}

func readRefresh(body []byte) (string, bool) {
	var b map[string]any
	if json.Unmarshal(body, &b) != nil {
		return "", false
	}
	token, ok := b["refresh_token"].(string)
	return token, ok && token != ""
}

// refreshed passes tokens through; a refusal of the third party is ours, and its trouble is told as such.
func refreshed(status int, answer map[string]any) (int, map[string]any) {
	switch {
	case status == http.StatusOK && answer["access_token"] != nil:
		return http.StatusOK, answer
	case status >= 400 && status < 500 && status != http.StatusTooManyRequests:
		return http.StatusBadRequest, map[string]any{"error": "invalid_grant"}
	}
	return http.StatusBadGateway, map[string]any{"error": "unavailable"}
}

// refresh answers POST /refresh_token/{service}.
func (p *Proxy) refresh(c *mock.Call) *mock.Answer {
	domain := c.PathValue("service")
	s, _ := p.service(domain)
	if !p.Policy.Known(p.Services, domain) {
		return mock.JSON(http.StatusNotFound, map[string]string{"error": "unsupported"})
	}
	token, ok := p.Policy.Refresh(c.Bytes)
	if !ok {
		return mock.JSON(http.StatusBadRequest, map[string]string{"error": "invalid_request"})
	}
	status, v := p.Policy.Refreshed(p.ask(c.Context(), s, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}}))
	a := mock.JSON(status, v)
	for name, values := range p.Policy.RefreshHeader() {
		a.Header[name] = values
	}
	return a
}

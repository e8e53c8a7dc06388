package wire

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/authconform/authconform/internal/address"
)

// Client sends requests to one target. It is safe for concurrent use.
type Client struct {
	base     string // without trailing slash
	origin   string // of base
	http     *http.Client
	public   http.RoundTripper // for documents that are everybody's, at addresses that are
	trusted  map[string]bool   // origins
	requests atomic.Int64
	observe  func(*Exchange)
	slow     func(bool)
	pace     pace
	role     Role
	pass     http.Header

	open context.Context // ends with Close
	end  context.CancelCauseFunc
}

// Options configure a Client.
type Options struct {
	Base     string          // the target's URL, maybe with a path
	Connect  string          // host:port to connect to, whatever name a URL has; "": where the name leads
	Source   netip.Addr      // address of this machine to connect from; if invalid, the system chooses
	Trusted  []string        // other origins that may receive what is meant for the target, as URLs
	CA       *x509.CertPool  // nil: the system's
	Insecure bool            // accept any certificate
	Timeout  time.Duration   // of a whole exchange; 0: RequestTimeout
	Observe  func(*Exchange) // sees every exchange, before its caller does
	Slow     func(bool)      // called each time the target asks for less haste, with whether the request waits and is sent again
	Every    time.Duration   // least time between two requests; 0: none
	Role     Role            // the client that the headers imitate; nil: AsOurselves

	Pass        http.Header      // added to every request to the target's origin, for a proxy before it; secret
	Certificate *tls.Certificate // shown where a server asks for one; nil: none
}

// New returns a client. It keeps connections alive, never follows redirects, and decompresses only what it asked for.
func New(o Options) *Client {
	config := &tls.Config{RootCAs: o.CA, InsecureSkipVerify: o.Insecure} //nolint:gosec // --insecure asks for it
	if o.Certificate != nil {
		config.Certificates = []tls.Certificate{*o.Certificate}
	}
	transport := &http.Transport{
		DialContext:            dialer(address.Allowed, o.Source, o.Connect),
		TLSClientConfig:        config,
		MaxIdleConnsPerHost:    64,
		MaxResponseHeaderBytes: maxHeader,
		DisableCompression:     true,
	}
	if o.Timeout == 0 {
		o.Timeout = RequestTimeout
	}
	public := transport.Clone()
	public.DialContext, public.TLSClientConfig = dialer(address.Public, netip.Addr{}, ""), nil
	open, end := context.WithCancelCause(context.Background())
	c := &Client{
		public: public, trusted: origins(append(slices.Clone(o.Trusted), o.Base)...),
		base:    strings.TrimRight(o.Base, "/"),
		observe: o.Observe, slow: o.Slow,
		open: open, end: end, role: o.Role, pass: o.Pass, pace: pace{every: o.Every},
		http: &http.Client{
			Transport:     transport,
			Timeout:       o.Timeout,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	if u, err := url.Parse(c.base); err == nil {
		c.origin = originOf(u)
	}
	return c
}

// Close aborts every open request and makes every later one fail immediately with the reason: nobody would
// answer.
func (c *Client) Close(reason error) { c.end(reason) }

// OnClose also ends something else, such as a WebSocket, when the client is closed, until stop is called.
func (c *Client) OnClose(end func()) (stop func() bool) { return context.AfterFunc(c.open, end) }

// Timeout is the time limit of a whole exchange.
func (c *Client) Timeout() time.Duration { return c.http.Timeout }

// Base is the target's URL without a trailing slash.
func (c *Client) Base() string { return c.base }

// HTTP is the underlying client, for protocols that start as HTTP (WebSocket) and for stock libraries.
func (c *Client) HTTP() *http.Client {
	dressed := *c.http
	dressed.Transport = c.played(c.http.Transport)
	return &dressed
}

// PublicKey is the key (SubjectPublicKeyInfo) of the server's trusted certificate; nil without
// TLS.
func (c *Client) PublicKey(ctx context.Context) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodHead, c.base, nil)
	if err != nil {
		return nil, err
	}
	resp, err := c.HTTP().Do(r)
	if err != nil {
		return nil, err
	}
	_ = resp.Body.Close()
	if resp.TLS == nil {
		return nil, nil
	}
	return resp.TLS.PeerCertificates[0].RawSubjectPublicKeyInfo, nil
}

// Forget closes idle connections: a server whose time was moved has closed its end.
func (c *Client) Forget() { c.http.CloseIdleConnections() }

// Requests counts the requests sent so far.
func (c *Client) Requests() int { return int(c.requests.Load()) }

// Absolute joins a path to the base; it does not change an absolute URL.
func (c *Client) Absolute(ref string) string {
	if strings.HasPrefix(ref, "http://") || strings.HasPrefix(ref, "https://") {
		return ref
	}
	return c.base + ref
}

// Do sends one request. It never fails: an exchange without a response contains the reason.
func (c *Client) Do(ctx context.Context, r Request) *Exchange {
	r.URL = c.Absolute(r.URL)
	if r.Limit == 0 {
		r.Limit = c.Timeout()
	}
	e := c.once(ctx, r)
	for range mostPauses {
		if !c.pace.heed(e) {
			break
		}
		c.slowed(true)
		record(ctx, e)
		e = c.once(ctx, r)
	}
	if e.Status == http.StatusTooManyRequests {
		c.slowed(false)
	}
	if c.observe != nil {
		c.observe(e)
	}
	record(ctx, e)
	return e
}

// once sends a request as soon as the target's pace allows.
func (c *Client) once(ctx context.Context, r Request) *Exchange {
	c.pace.hold(ctx)
	e := &Exchange{Request: r, Started: time.Now(), end: End(ctx), pass: c.pass}
	c.send(ctx, e)
	e.Duration = time.Since(e.Started)
	return e
}

// send sends the exchange's request. If ctx ends meanwhile, it still waits a moment for the answer, which may contain a token or
// a login flow that must be given back.
func (c *Client) send(ctx context.Context, e *Exchange) {
	if e.Err = c.refusal(ctx); e.Err != nil {
		return
	}
	ctx, cancel := lingering(ctx)
	defer cancel()
	defer context.AfterFunc(c.open, cancel)()
	req, err := http.NewRequestWithContext(ctx, e.Request.Method, e.Request.URL, strings.NewReader(e.Request.Body))
	if err != nil {
		e.Err = err
		return
	}
	if e.Request.Header != nil {
		req.Header = e.Request.Header.Clone()
	}
	req.Host = e.Request.Host
	if e.Err = c.barred(e.Request); e.Err != nil {
		return
	}
	c.requests.Add(1)
	client := *c.http
	client.Timeout = e.Request.Limit
	if !c.trusted[originOf(req.URL)] {
		client.Transport = c.public
	}
	raw := &oddLocation{next: c.played(client.Transport)}
	client.Transport = raw
	resp, err := client.Do(req)
	if err != nil {
		if e.Err = err; c.open.Err() != nil {
			e.Err = context.Cause(c.open)
		}
		return
	}
	defer resp.Body.Close()
	raw.giveBack(resp)
	e.take(resp)
}

// refusal returns why no more requests are sent, or nil.
func (c *Client) refusal(ctx context.Context) error {
	if c.open.Err() != nil {
		return context.Cause(c.open)
	}
	return ctx.Err()
}

// lingering returns a context that ends a moment after its parent.
func lingering(parent context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(parent))
	stop := context.AfterFunc(parent, func() {
		end := time.AfterFunc(lastWord, cancel)
		context.AfterFunc(ctx, func() { end.Stop() })
	})
	last := context.AfterFunc(End(parent), cancel)
	return ctx, func() { stop(); last(); cancel() }
}

type endKey struct{}

// WithEnd stops all requests and waiting under ctx once another context has ended: that of an interrupted run.
func WithEnd(ctx, end context.Context) context.Context { return context.WithValue(ctx, endKey{}, end) }

// End returns the context given to WithEnd, else one that never ends.
func End(ctx context.Context) context.Context {
	if end, ok := ctx.Value(endKey{}).(context.Context); ok {
		return end
	}
	return context.Background()
}

// After is a context for work after another one may have ended. It has a time limit, and ends with End.
func After(parent context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(parent), limit)
	stop := context.AfterFunc(End(parent), cancel)
	return ctx, func() { stop(); cancel() }
}

// Form encodes pairs in the given order; names may repeat.
func Form(pairs ...string) string {
	var b strings.Builder
	for i := 0; i+1 < len(pairs); i += 2 {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(url.QueryEscape(pairs[i]) + "=" + url.QueryEscape(pairs[i+1]))
	}
	return b.String()
}

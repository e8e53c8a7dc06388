package wire

import (
	"bufio"
	"cmp"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Raw sends a request that no HTTP library would send: method, target, Host and header lines are used as given, even an
// empty Host. Content-Length is added unless it is among the headers.
func (c *Client) Raw(ctx context.Context, r Request) *Exchange {
	target := r.URL
	r.URL = c.Absolute(target)
	if r.Limit == 0 {
		r.Limit = c.Timeout()
	}
	e := &Exchange{Request: r, Started: time.Now(), pass: c.pass}
	c.requests.Add(1)
	e.Err = c.raw(ctx, e, text(c.named(r), target))
	e.Duration = time.Since(e.Started)
	if c.observe != nil {
		c.observe(e)
	}
	record(ctx, e)
	return e
}

// named adds the headers of the client's role to a request. It does not ask for compression, because nothing decodes it here.
func (c *Client) named(r Request) Request {
	as := http.Header{"Accept": r.Header["Accept"]}
	played{role: c.role}.dress(as)
	h := http.Header{}
	maps.Copy(h, r.Header)
	maps.Copy(h, c.pass)
	if _, given := h["User-Agent"]; !given {
		h["User-Agent"] = as["User-Agent"]
	}
	r.Header = h
	return r
}

func text(r Request, target string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: %s\r\n", r.Method, target, r.Host)
	for name, values := range r.Header {
		for _, v := range values {
			fmt.Fprintf(&b, "%s: %s\r\n", name, v)
		}
	}
	if r.Header.Get("Content-Length") == "" && r.Header.Get("Transfer-Encoding") == "" {
		fmt.Fprintf(&b, "Content-Length: %d\r\n", len(r.Body))
	}
	return b.String() + "\r\n" + r.Body
}

func (c *Client) raw(ctx context.Context, e *Exchange, sent string) error {
	if err := c.refusal(ctx); err != nil {
		return err
	}
	ctx, leave := lingering(ctx)
	defer leave()
	defer context.AfterFunc(c.open, leave)()
	ctx, cancel := context.WithTimeout(ctx, e.Request.Limit)
	defer cancel()
	conn, err := c.dial(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })()
	if _, err := io.WriteString(conn, sent); err != nil {
		return err
	}
	resp, err := http.ReadResponse(bufio.NewReader(io.LimitReader(conn, maxHeader+maxBody+1)), &http.Request{Method: e.Request.Method})
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	e.take(resp)
	return e.Err
}

// dial opens a connection to the target as the HTTP client would.
func (c *Client) dial(ctx context.Context) (net.Conn, error) {
	base, err := url.Parse(c.base)
	if err != nil {
		return nil, err
	}
	port := base.Port()
	if port == "" {
		port = ports[base.Scheme]
	}
	address := net.JoinHostPort(base.Hostname(), port)
	transport, _ := c.http.Transport.(*http.Transport)
	if base.Scheme != "https" {
		return transport.DialContext(ctx, "tcp", address)
	}
	config := transport.TLSClientConfig.Clone()
	config.NextProtos = []string{"http/1.1"}
	conn, err := transport.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	config.ServerName = cmp.Or(config.ServerName, base.Hostname())
	secure := tls.Client(conn, config)
	if err := secure.HandshakeContext(ctx); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return secure, nil
}

package wire

import (
	"compress/gzip"
	"compress/zlib"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// Role sets the request headers of the client that is imitated. It sets only missing headers.
type Role func(http.Header)

// agent is the User-Agent of requests that imitate no client.
const agent = "authconform (+https://github.com/authconform/authconform)"

// AsOurselves names authconform, so that a target can recognise it.
func AsOurselves(h http.Header) { fill(h, "User-Agent", agent) }

// AsBrowser imitates a page in Chromium on Linux.
func AsBrowser(h http.Header) {
	fill(h,
		"User-Agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36",
		"Accept", "*/*", "Accept-Encoding", encodings, "Accept-Language", "en-US,en;q=0.9")
}

// AsHome imitates Home Assistant 2026.11 as an OAuth client (its aiohttp session), and a browser for pages.
func AsHome(h http.Header) {
	if strings.Contains(h.Get("Accept"), "text/html") {
		AsBrowser(h)
		return
	}
	fill(h, "User-Agent", "HomeAssistant/2026.11.0 aiohttp/3.14.5 Python/3.14", "Accept", "*/*", "Accept-Encoding", encodings)
}

// encodings are the encodings of both clients that the standard library decodes. Newer versions of the clients also accept zstd
// and br.
const encodings = "gzip, deflate"

func fill(h http.Header, pairs ...string) {
	for pair := range slices.Chunk(pairs, 2) {
		if _, given := h[pair[0]]; !given {
			h.Set(pair[0], pair[1])
		}
	}
}

// played sends requests in a role.
type played struct {
	role Role // nil: ourselves
	pass http.Header
	to   string // origin that gets pass
	http.RoundTripper
}

func (c *Client) played(over http.RoundTripper) played { return played{c.role, c.pass, c.origin, over} }

// RoundTrip implements http.RoundTripper. What the role lets the server compress is decoded.
func (p played) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	_, chosen := r.Header["Accept-Encoding"]
	if p.dress(r.Header); len(p.pass) > 0 && originOf(r.URL) == p.to {
		maps.Copy(r.Header, p.pass)
	}
	resp, err := p.RoundTripper.RoundTrip(r)
	if err != nil || chosen || resp.StatusCode == http.StatusSwitchingProtocols {
		return resp, err
	}
	switch coding := strings.ToLower(resp.Header.Get("Content-Encoding")); {
	case r.Header.Get("Accept-Encoding") == "" || coding != "gzip" && coding != "deflate":
		return resp, nil
	default:
		resp.Body = &decoded{ReadCloser: resp.Body, coding: coding}
		resp.Header.Del("Content-Encoding")
		resp.Header.Del("Content-Length")
		resp.ContentLength = -1
		return resp, nil
	}
}

func (p played) dress(h http.Header) {
	if p.role == nil {
		AsOurselves(h)
		return
	}
	p.role(h)
}

// decoded is the decompressed body.
type decoded struct {
	io.ReadCloser
	coding string
	plain  io.Reader // nil: not begun
}

// Read implements io.Reader.
func (d *decoded) Read(b []byte) (n int, err error) {
	if d.plain == nil {
		if d.coding == "gzip" {
			d.plain, err = gzip.NewReader(d.ReadCloser)
		} else {
			d.plain, err = zlib.NewReader(d.ReadCloser)
		}
		if err != nil {
			return 0, err
		}
	}
	return d.plain.Read(b)
}

package mockserver

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/authconform/authconform/mock"
)

// call is a request, parsed once.
type call struct {
	*http.Request
	heard Request
	whole bool // heard is the request; it is not if that was too long, or broke off
	home  *Home
	ip    string
	body  []byte
	form  url.Values // nil: the body is no form
	bad   bool       // the form is malformed: a duplicate, a file, broken multipart
	user  *session   // who calls, where the endpoint wants to know
}

type handler func(*call) *Answer

// handle mounts an endpoint for its methods; every other method gets 405.
func (h *Home) handle(path string, byMethod map[string]handler) {
	allow := strings.Join(slices.Sorted(maps.Keys(byMethod)), ",")
	h.routes.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
		h.answer(w, r, func(c *call) *Answer {
			if next, ok := byMethod[r.Method]; ok {
				return next(c)
			}
			if r.Method == http.MethodOptions {
				return h.preflight(c, byMethod)
			}
			a := plain(http.StatusMethodNotAllowed)
			a.Header.Set("Allow", allow)
			return a
		})
	})
}

// ServeHTTP implements http.Handler.
func (h *Home) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, controlPrefix) {
		h.control(w, r)
		return
	}
	r = h.hear(r)
	if strings.Contains(r.URL.Path, "//") || r.URL.Path == "*" {
		h.answer(w, r, func(*call) *Answer { return plain(http.StatusNotFound) }) // the mux would redirect
		return
	}
	h.routes.ServeHTTP(w, r)
}

// answer is the one adapter: it parses, lets decide, and writes.
func (h *Home) answer(w http.ResponseWriter, r *http.Request, decide handler) {
	c := &call{Request: r, home: h, ip: remoteIP(r)}
	c.heard, c.whole = r.Context().Value(heardKey{}).(Request)
	entry := mock.Entry{At: h.now(), Method: r.Method, Path: r.URL.Path, Query: slices.Sorted(maps.Keys(r.URL.Query()))}
	a := h.decide(w, c, decide)
	if a == nil {
		return // the connection was taken over
	}
	entry.Client, entry.Form = c.form.Get("client_id"), slices.Sorted(maps.Keys(c.form))
	if f, hit := h.faults.Hit(r.Method, r.URL.Path, entry.Client); hit {
		entry.Fault = "fault " + itoa(f.ID)
		a = afflicted(f, a)
	}
	h.dress(c, a)
	out := h.Policy.Answer(c.heard, *a)
	entry.Status, entry.Why = out.Status, out.Why
	if c.user != nil {
		entry.User = c.user.User.Username
	}
	h.history.Add(entry)
	h.write(w, r, out)
}

// write sends an answer, late or in part where it is meant to be.
func (h *Home) write(w http.ResponseWriter, r *http.Request, a Answer) {
	if a.Delay > 0 {
		h.pause(r.Context(), a.Delay)
	}
	if a.Drop {
		panic(http.ErrAbortHandler) // as net/http wants it said
	}
	maps.Copy(w.Header(), a.Header)
	if a.Truncate > 0 && a.Truncate < len(a.Body) {
		w.Header().Set("Content-Length", itoa(len(a.Body)))
		a.Body = a.Body[:a.Truncate]
	}
	w.WriteHeader(a.Status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(a.Body)
	}
}

// pause waits on the home's clock.
func (h *Home) pause(ctx context.Context, d time.Duration) {
	done := make(chan struct{})
	stop := h.clock.AfterFunc(d, func() { close(done) })
	select {
	case <-done:
	case <-ctx.Done():
		stop()
	}
}

func (h *Home) decide(w http.ResponseWriter, c *call, next handler) *Answer {
	if h.bans.has(c.ip) {
		return plain(http.StatusForbidden)
	}
	if c.Header.Get("X-Forwarded-For") != "" || h.Policy.Filtered(unescaped(c.URL)) {
		return plain(http.StatusBadRequest) // nobody is a trusted proxy
	}
	if c.Header.Get("Upgrade") != "" {
		c.Request = c.WithContext(context.WithValue(c.Context(), writerKey{}, w))
		return next(c)
	}
	if !c.whole {
		var long *http.MaxBytesError
		if _, err := io.Copy(io.Discard, http.MaxBytesReader(w, c.Body, h.Policy.BodyLimit)); errors.As(err, &long) {
			return plain(http.StatusRequestEntityTooLarge)
		}
		return plain(http.StatusBadRequest)
	}
	c.body = c.heard.Body
	c.parseForm()
	return next(c)
}

type writerKey struct{}

// unescaped is path and query with every escape undone, as deep as a client nests them.
func unescaped(u *url.URL) string {
	s := u.Path + "?" + u.RawQuery
	for range 5 {
		next, err := url.PathUnescape(s)
		if err != nil || next == s {
			break
		}
		s = next
	}
	return s
}

// filtered knows what the real home's security filter knows.
func filtered(s string) bool {
	low := strings.ToLower(s)
	for _, bad := range []string{"<script", "../", "concat(", "\t", "\r", "\n", "proc/self/environ", "mosconfig_"} {
		if strings.Contains(low, bad) {
			return true
		}
	}
	if _, rest, ok := strings.Cut(low, "union"); ok {
		_, rest, ok = strings.Cut(rest, "select")
		return ok && strings.Contains(rest, "(")
	}
	return false
}

// parseForm reads a plain form or multipart. What is malformed is remembered, not answered: endpoints decide.
func (c *call) parseForm() {
	kind, params, err := mime.ParseMediaType(c.Header.Get("Content-Type"))
	switch {
	case err != nil && !errors.Is(err, mime.ErrInvalidMediaParameter):
		return
	case kind == "application/x-www-form-urlencoded":
		c.form = url.Values{}
		if !utf8.Valid(c.body) {
			c.bad = true
			return
		}
		for pair := range strings.SplitSeq(string(c.body), "&") {
			name, value, _ := strings.Cut(pair, "=")
			n, err1 := url.QueryUnescape(name)
			v, err2 := url.QueryUnescape(value)
			if err1 != nil || err2 != nil || !utf8.ValidString(n) || !utf8.ValidString(v) {
				c.bad = true
				continue
			}
			if pair != "" {
				c.form.Add(n, v)
			}
		}
	case kind == "multipart/form-data":
		c.form = url.Values{}
		c.parseMultipart(params["boundary"])
	}
	for _, values := range c.form {
		c.bad = c.bad || (len(values) > 1 && c.home.Policy.Duplicates)
	}
}

func (c *call) parseMultipart(boundary string) {
	if boundary == "" {
		c.bad = true
		return
	}
	parts := multipart.NewReader(bytes.NewReader(c.body), boundary)
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			c.bad = true
			return
		}
		value, err := io.ReadAll(part)
		if err != nil || part.FileName() != "" || part.FormName() == "" || !utf8.Valid(value) {
			c.bad = true
			continue
		}
		c.form.Add(part.FormName(), string(value))
	}
}

// dress adds what every answer carries.
func (h *Home) dress(c *call, a *Answer) {
	if a.Header == nil {
		a.Header = http.Header{}
	}
	for name, values := range h.Policy.Headers {
		if _, set := a.Header[name]; !set {
			a.Header[name] = values
		}
	}
	if origin := c.Header.Get("Origin"); origin != "" && h.mayRead(c.URL.Path, origin) && a.Header.Get("Access-Control-Allow-Origin") == "" {
		a.Header.Set("Access-Control-Allow-Origin", origin)
		a.Header.Add("Vary", "Origin")
	}
}

func (h *Home) mayRead(path, origin string) bool {
	return h.Policy.PublicCORS(path) || slices.Contains(h.CORSOrigins, origin)
}

// publicCORS lists the paths that pages of any origin may read.
func publicCORS(path string) bool {
	switch path {
	case "/auth/token", "/auth/revoke", metadataPath, resourcePath, "/manifest.json":
		return true
	}
	return false
}

// allowedHeaders are the request headers that a preflight may ask for.
var allowedHeaders = []string{"origin", "accept", "x-requested-with", "content-type", "authorization"}

// preflight answers OPTIONS (Fetch §CORS-preflight).
func (h *Home) preflight(c *call, byMethod map[string]handler) *Answer {
	origin, method := c.Header.Get("Origin"), c.Header.Get("Access-Control-Request-Method")
	if origin == "" || method == "" || !h.mayRead(c.URL.Path, origin) || byMethod[method] == nil {
		return plain(http.StatusForbidden)
	}
	asked := c.Header.Get("Access-Control-Request-Headers")
	for name := range strings.SplitSeq(asked, ",") {
		if name = strings.ToLower(strings.TrimSpace(name)); name != "" && !slices.Contains(allowedHeaders, name) {
			return plain(http.StatusForbidden)
		}
	}
	a := empty(http.StatusOK)
	a.Header.Set("Access-Control-Allow-Methods", method)
	if asked != "" {
		a.Header.Set("Access-Control-Allow-Headers", strings.ToUpper(asked))
	}
	return a
}

// afflicted is an answer that a fault hit.
func afflicted(f mock.Fault, a *Answer) *Answer {
	if f.Status != 0 {
		a = text200(f.Status, "")
	}
	if f.Body != nil {
		a.Body = []byte(*f.Body)
	}
	for name, value := range f.Header {
		a.Header.Set(name, value)
	}
	a.Delay, _ = f.Wait() // its form was checked when the fault was added
	a.Drop, a.Truncate = f.Drop, f.Truncate
	return a
}

func remoteIP(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

package mock

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Request is a request as a policy sees it, exactly as sent.
type Request struct {
	Method string
	Target string // path and query, as on the wire
	Host   string
	Header http.Header
	Body   []byte // at most Rules.BodyLimit bytes: longer ones are refused unseen
}

// Path is the target without its query, still percent-encoded.
func (r Request) Path() string {
	path, _, _ := strings.Cut(r.Target, "?")
	return path
}

// Call is a parsed request.
type Call struct {
	*http.Request
	Heard Request    // as the policy took it
	Bytes []byte     // its body
	Form  url.Values // nil: the body is no form
	Bad   bool       // the form is malformed: a duplicate, a file, broken multipart
	IP    string     // who asks
	User  string     // who asks, for the history, where the endpoint finds out

	whole bool // Heard is the request; it is not if that was too long, or broke off
}

// Object is the body as a JSON object, nil if it is not one.
func (c *Call) Object() map[string]any {
	var m map[string]any
	if json.Unmarshal(c.Heard.Body, &m) != nil {
		return nil
	}
	return m
}

type (
	heardKey  struct{}
	writerKey struct{}
)

// Writer is for a handler that takes over the connection; nil if the request does not ask for an upgrade.
func (c *Call) Writer() http.ResponseWriter {
	w, _ := c.Context().Value(writerKey{}).(http.ResponseWriter)
	return w
}

// hear is the request as the policy takes it.
func (p *Plane) hear(r *http.Request) *http.Request {
	raw, err := io.ReadAll(io.LimitReader(r.Body, p.Rules().BodyLimit()+1))
	if err != nil || int64(len(raw)) > p.Rules().BodyLimit() {
		r.Body = io.NopCloser(io.MultiReader(bytes.NewReader(raw), r.Body))
		return r // decide refuses it
	}
	sent := Request{Method: r.Method, Target: r.RequestURI, Host: r.Host, Header: r.Header, Body: raw}
	heard := p.Rules().Request(sent)
	r = r.WithContext(context.WithValue(r.Context(), heardKey{}, heard))
	r.Method, r.Host, r.Header = heard.Method, heard.Host, heard.Header
	if u, err := url.ParseRequestURI(heard.Target); err == nil && heard.Target != sent.Target {
		r.URL, r.RequestURI = u, heard.Target
	}
	return r
}

func (c *Call) parseForm(duplicates bool) {
	kind, params, err := mime.ParseMediaType(c.Header.Get("Content-Type"))
	switch {
	case err != nil && !errors.Is(err, mime.ErrInvalidMediaParameter):
		return
	case kind == "application/x-www-form-urlencoded":
		c.Form = url.Values{}
		if !utf8.Valid(c.Bytes) {
			c.Bad = true
			return
		}
		for pair := range strings.SplitSeq(string(c.Bytes), "&") {
			name, value, _ := strings.Cut(pair, "=")
			n, err1 := url.QueryUnescape(name)
			v, err2 := url.QueryUnescape(value)
			if err1 != nil || err2 != nil || !utf8.ValidString(n) || !utf8.ValidString(v) {
				c.Bad = true
				continue
			}
			if pair != "" {
				c.Form.Add(n, v)
			}
		}
	case kind == "multipart/form-data":
		c.Form = url.Values{}
		c.parseMultipart(params["boundary"])
	}
	for name, values := range c.Form { // resource alone may be repeated (RFC 8707 §2)
		c.Bad = c.Bad || (len(values) > 1 && duplicates && name != "resource")
	}
}

func (c *Call) parseMultipart(boundary string) {
	if boundary == "" {
		c.Bad = true
		return
	}
	parts := multipart.NewReader(bytes.NewReader(c.Bytes), boundary)
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			c.Bad = true
			return
		}
		value, err := io.ReadAll(part)
		if err != nil || part.FileName() != "" || part.FormName() == "" || !utf8.Valid(value) {
			c.Bad = true
			continue
		}
		c.Form.Add(part.FormName(), string(value))
	}
}

// nameless stands in the history for what is no name of a parameter: it may be a value, in the wrong place.
const nameless = "(no name)"

var parameterName = regexp.MustCompile(`^[a-zA-Z][a-zA-Z_.-]{0,39}$`)

// names are those of the parameters of a query or a form, sorted; what stands there without a value is none.
func names(encoded string) []string {
	var list []string
	for pair := range strings.SplitSeq(encoded, "&") {
		name, _, assigned := strings.Cut(pair, "=")
		switch {
		case pair == "":
		case assigned && parameterName.MatchString(name):
			list = append(list, name)
		default:
			list = append(list, nameless)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// names are those of the form's parameters.
func (c *Call) names() []string {
	if kind, _, _ := mime.ParseMediaType(c.Header.Get("Content-Type")); kind != "multipart/form-data" && c.Form != nil {
		return names(string(c.Bytes))
	}
	var list []string
	for name := range c.Form {
		if !parameterName.MatchString(name) {
			name = nameless
		}
		list = append(list, name)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func remoteIP(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// client is the client_id that a request names, in its form, its query or its JSON object; "" for none.
func (c *Call) client() string {
	if id := c.Form.Get("client_id"); id != "" || c.Form != nil {
		return id
	}
	if strings.Contains(c.URL.RawQuery, "client_id") {
		return c.URL.Query().Get("client_id")
	}
	if !bytes.Contains(c.Heard.Body, []byte(`"client_id"`)) {
		return ""
	}
	id, _ := c.Object()["client_id"].(string)
	return id
}

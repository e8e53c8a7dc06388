package mockserver

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// Request is a request as the home's policy sees it: as it was sent.
type Request struct {
	Method string
	Target string // path and query, as on the wire
	Host   string
	Header http.Header
	Body   []byte // at most Policy.BodyLimit bytes: longer ones are refused unseen
}

// Path is the target without its query, still escaped.
func (r Request) Path() string {
	path, _, _ := strings.Cut(r.Target, "?")
	return path
}

type heardKey struct{}

// hear is the request as the policy takes it.
func (h *Home) hear(r *http.Request) *http.Request {
	raw, err := io.ReadAll(io.LimitReader(r.Body, h.Policy.BodyLimit+1))
	if err != nil || int64(len(raw)) > h.Policy.BodyLimit {
		r.Body = io.NopCloser(io.MultiReader(bytes.NewReader(raw), r.Body))
		return r // decide refuses it
	}
	sent := Request{Method: r.Method, Target: r.RequestURI, Host: r.Host, Header: r.Header, Body: raw}
	heard := h.Policy.Request(sent)
	r = r.WithContext(context.WithValue(r.Context(), heardKey{}, heard))
	r.Method, r.Host, r.Header = heard.Method, heard.Host, heard.Header
	if u, err := url.ParseRequestURI(heard.Target); err == nil && heard.Target != sent.Target {
		r.URL, r.RequestURI = u, heard.Target
	}
	return r
}

// heardObject is the body as a JSON object, nil if it is none.
func (c *call) heardObject() map[string]any {
	var m map[string]any
	if json.Unmarshal(c.heard.Body, &m) != nil {
		return nil
	}
	return m
}

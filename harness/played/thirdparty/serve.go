package thirdparty

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/wire"
)

const maxBody = 1 << 20 // bytes of a request that are read

// Place answers requests to another path of the site. They are recorded as sent to what it is called.
func (a *App) Place(ctx context.Context, to, path string, answer func(Request) Reply) {
	a.site.Page(path, func(w http.ResponseWriter, r *http.Request) {
		a.serve(ctx, to, func(_ int, req Request) Reply { return answer(req) }, w, r)
	})
}

func (a *App) serve(ctx context.Context, to string, answer func(int, Request) Reply, w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(io.LimitReader(r.Body, maxBody))
	form, _ := url.ParseQuery(string(raw))
	scheme := "http://"
	if r.TLS != nil {
		scheme = "https://"
	}
	req := Request{
		To:     to,
		Method: r.Method,
		Query:  r.URL.Query(),
		Header: r.Header.Clone(),
		Body:   string(raw),
		Form:   form,
		At:     time.Now(),
		URL:    scheme + r.Host + r.URL.String(),
	}
	a.mu.Lock()
	a.requests = append(a.requests, req)
	a.counts[to]++
	n := a.counts[to]
	a.mu.Unlock()
	a.script.Lock()
	reply := answer(n, req)
	a.script.Unlock()
	a.note(ctx, req, reply)
	if reply.Hold != nil {
		select {
		case <-reply.Hold:
		case <-r.Context().Done():
		}
	}
	a.write(w, reply)
}

func (a *App) reply(ctx context.Context, to string, n int, req Request) Reply {
	switch {
	case to == "token" && a.Token != nil:
		return a.Token(n, req)
	case to == "token":
		return a.Grant(ctx, req, 3600)
	case to == "api" && a.API != nil:
		return a.API(n, req)
	case to == "api":
		return a.Tell(req)
	}
	return Reply{Status: http.StatusNotFound}
}

func (a *App) write(w http.ResponseWriter, reply Reply) {
	if reply.Drop {
		panic(http.ErrAbortHandler) // closes the connection without an answer
	}
	for name, value := range reply.Header {
		w.Header().Set(name, value)
	}
	if _, set := reply.Header["Content-Type"]; !set {
		w.Header().Set("Content-Type", "application/json")
	} else if reply.Header["Content-Type"] == "" {
		w.Header()["Content-Type"] = nil
	}
	w.WriteHeader(reply.Status)
	_, _ = io.WriteString(w, reply.Body)
}

// note adds the home's request to the spec's evidence.
func (a *App) note(ctx context.Context, r Request, reply Reply) {
	e := &wire.Exchange{
		Request: wire.Request{Method: r.Method, URL: r.URL, Header: r.Header, Body: r.Body},
		Status:  reply.Status,
		Body:    reply.Body,
		Started: r.At,
	}
	if reply.Drop {
		e.Status, e.Err = 0, fmt.Errorf("the third party closed the connection")
	}
	wire.Note(judge.Step(ctx, "the home, to the third party"), e)
}

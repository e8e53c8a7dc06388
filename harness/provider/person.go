package provider

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/wire"
)

// Return is where an authorization request ended: back at the client, or on a page.
type Return struct {
	Code, State, Iss, Error string
	Query                   url.Values     // of the redirect to the client; nil: nobody was sent back
	Last                    *wire.Exchange // the redirect, or the page that was stuck at
	Asked                   bool           // a page was shown on the way: login or consent
	Offered                 bool           // a page on the way let the person say no

	why string // nobody was sent back
}

func (r Return) String() string {
	switch {
	case r.Query != nil:
		return fmt.Sprintf("sent back with %v", slices.Sorted(maps.Keys(r.Query)))
	case r.why != "":
		return fmt.Sprintf("%s (%s)", r.Last, r.why)
	}
	return r.Last.String()
}

// Authorize plays the person who logs in and consents; Deny one who does not consent.
func (t *Target) Authorize(ctx context.Context, f Form) Return {
	return t.authorize(ctx, f.Encode(), true)
}

// Deny is Authorize by somebody who says no.
func (t *Target) Deny(ctx context.Context, f Form) Return { return t.authorize(ctx, f.Encode(), false) }

// AuthorizeRaw is Authorize with a query as it is.
func (t *Target) AuthorizeRaw(ctx context.Context, query string) Return {
	return t.authorize(ctx, query, true)
}

func (t *Target) authorize(ctx context.Context, query string, yes bool) Return {
	wanted := t.Redirect
	if q, err := url.ParseQuery(query); err == nil && q.Get("redirect_uri") != "" {
		wanted = q.Get("redirect_uri")
	}
	way := t.walk(ctx, walk{from: t.authorizeAt(query), yes: yes, ends: func(where string) bool {
		return strings.HasPrefix(where, t.Redirect) || sameEnd(where, wanted)
	}})
	r := Return{Last: way.last, Asked: way.asked, Offered: way.offered, why: way.why}
	if way.end != "" {
		r.came(way.end)
	}
	return r
}

// walk is a way through a provider's pages: where it begins, what the person says, and which URLs end it. Those belong to
// the client, and are not opened.
type walk struct {
	from string
	yes  bool
	ends func(string) bool
}

// trail is what became of a walk.
type trail struct {
	last           *wire.Exchange // the redirect to the end, or the page that was stuck at
	went           []string       // where the person was sent, in order
	end            string         // the last of them, if it ended the walk
	asked, offered bool           // the person had something to do; could say no
	why            string         // no end was come to
	err            error          // the walk broke off
}

// walk makes a walk. One that breaks off, for no answer came or a page could not be driven, blocks the spec: whoever came
// nowhere was not refused.
func (t *Target) walk(ctx context.Context, w walk) trail {
	goes := t.fillForms
	if len(t.Steps) > 0 {
		goes = t.takeSteps
	}
	way := goes(ctx, w)
	switch {
	case way.end != "":
	case way.err != nil:
		judge.Block(ctx, "the pages cannot be walked through: %v", way.err)
	case way.last.Status == 0:
		judge.Block(ctx, "the way through the pages ends without an answer: %s", way.last)
	}
	return way
}

// sameEnd tells whether a URL is where a request asked to be sent, its query aside.
func sameEnd(where, wanted string) bool {
	a, err1 := url.Parse(where)
	b, err2 := new(url.URL).Parse(wanted)
	return err1 == nil && err2 == nil && b.Scheme != "" && a.Scheme == b.Scheme && a.Host == b.Host && a.Path == b.Path
}

func (t *Target) authorizeAt(query string) string {
	if strings.Contains(t.AuthorizeURL, "?") {
		return t.AuthorizeURL + "&" + query
	}
	return t.AuthorizeURL + "?" + query
}

// came reads what a browser brought back.
func (r *Return) came(where string) {
	u, err := url.Parse(where)
	if err != nil {
		return
	}
	q := u.Query()
	if more, err := url.ParseQuery(u.Fragment); err == nil && len(q) == 0 {
		q = more // answers to other response types come there
	}
	r.Code, r.State, r.Iss, r.Error, r.Query = q.Get("code"), q.Get("state"), q.Get("iss"), q.Get("error"), q
}

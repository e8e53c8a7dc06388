package oauth

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/authconform/authconform/harness/wire"
)

// Return is where an authorization request ended: back at the client, or on a page.
type Return struct {
	Code, State, Iss, Error string
	Query                   url.Values     // of the redirect to the client; nil without one
	Last                    *wire.Exchange // the redirect, or the page that was stuck at
	Asked                   bool           // a page was shown: login or consent
	Offered                 bool           // a page let the person deny
	Password                bool           // a page asked for a password
	Why                     string         // why there was no redirect to the client
}

func (r Return) String() string {
	switch {
	case r.Query != nil:
		return "sent back with " + strings.Join(slices.Sorted(maps.Keys(r.Query)), ", ")
	case r.Why != "":
		return fmt.Sprintf("%s (%s)", r.Last, r.Why)
	}
	return r.Last.String()
}

// Answer is the answer that the request ended with.
func (r Return) Answer() *wire.Exchange { return r.Last }

// Came reads what a browser brought back to the client.
func (r *Return) Came(where string) {
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

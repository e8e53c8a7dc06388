package mock

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"
)

// Match selects requests of the history: all its members must match. They have the names of an Entry's members.
type Match struct {
	Method    string   `json:"method,omitempty"`
	Path      string   `json:"path,omitempty"` // glob
	ClientID  string   `json:"client_id,omitempty"`
	User      string   `json:"user,omitempty"`
	GrantType string   `json:"grant_type,omitempty"`
	Status    int      `json:"status,omitempty"`
	Query     []string `json:"query,omitempty"` // names that it had
	Form      []string `json:"form,omitempty"`
}

// miss is the first member in which a request differs; "" is none. score counts those before it that hold.
func (m Match) miss(e Entry) (what string, score int) {
	at, _ := path.Match(m.Path, e.Path)
	for _, one := range []struct {
		named, holds bool
		what         string
	}{
		{m.Path != "", at, "path " + e.Path},
		{m.Method != "", m.Method == e.Method, "method " + e.Method},
		{m.GrantType != "", m.GrantType == e.Grant, "grant_type " + quoted(e.Grant)},
		{m.ClientID != "", m.ClientID == e.Client, "client_id " + quoted(e.Client)},
		{m.User != "", m.User == e.User, "user " + quoted(e.User)},
		{len(m.Query) > 0, holdsAll(e.Query, m.Query), "query " + quoted(strings.Join(e.Query, " "))},
		{len(m.Form) > 0, holdsAll(e.Form, m.Form), "form " + quoted(strings.Join(e.Form, " "))},
		{m.Status != 0, m.Status == e.Status, fmt.Sprintf("status %d", e.Status)},
	} {
		switch {
		case one.named && !one.holds:
			return one.what, score
		case one.named:
			score++
		}
	}
	return "", score
}

func quoted(text string) string { return fmt.Sprintf("%q", text) }

func holdsAll(have, wanted []string) bool {
	return !slices.ContainsFunc(wanted, func(name string) bool { return !slices.Contains(have, name) })
}

func (m Match) matches(e Entry) bool {
	what, _ := m.miss(e)
	return what == ""
}

// Expectation is how often matching requests are expected: at least once by default.
type Expectation struct {
	Match
	Times   *int `json:"times,omitempty"` // exactly
	AtLeast *int `json:"at_least,omitempty"`
	AtMost  *int `json:"at_most,omitempty"`
}

// bounds are how often at least and at most; -1 is any number.
func (x Expectation) bounds() (least, most int, words string) {
	switch {
	case x.Times != nil:
		return *x.Times, *x.Times, fmt.Sprintf("exactly %d", *x.Times)
	case x.AtLeast != nil && x.AtMost != nil:
		return *x.AtLeast, *x.AtMost, fmt.Sprintf("%d to %d", *x.AtLeast, *x.AtMost)
	case x.AtMost != nil:
		return 0, *x.AtMost, fmt.Sprintf("at most %d", *x.AtMost)
	case x.AtLeast != nil:
		return *x.AtLeast, -1, fmt.Sprintf("at least %d", *x.AtLeast)
	}
	return 1, -1, "at least 1"
}

func (x Expectation) check() error {
	for name, n := range map[string]*int{"times": x.Times, "at_least": x.AtLeast, "at_most": x.AtMost} {
		if n != nil && *n < 0 {
			return errors.New(name + " must not be negative")
		}
	}
	if x.Times != nil && (x.AtLeast != nil || x.AtMost != nil) {
		return errors.New("give either times or at_least and at_most")
	}
	if x.AtLeast != nil && x.AtMost != nil && *x.AtLeast > *x.AtMost {
		return errors.New("at_least is more than at_most")
	}
	return checkGlob("path", x.Path)
}

// verified is the result of one expectation.
type verified struct {
	Found int     `json:"found"`
	Want  string  `json:"want"`
	Seq   []int64 `json:"seq"` // of the requests found
	Holds bool    `json:"holds"`
	Why   string  `json:"why,omitempty"` // it does not hold
}

const maxExpectations = 100

var errForgotten = errors.New("requests since then are no longer kept: the history holds the last 1000; give a later since")

// verify reports whether requests arrived as expected: how often, and in which order.
func (p *Plane) verify(_ *http.Request, body []byte) (any, error) {
	var b struct {
		Requests []Expectation `json:"requests"`
		InOrder  bool          `json:"in_order"`
		Since    int64         `json:"since"`
	}
	if err := Strict(body, &b); err != nil {
		return nil, err
	}
	if len(b.Requests) == 0 || len(b.Requests) > maxExpectations {
		return nil, errors.New("requests: give 1 to 100 expectations")
	}
	for i, x := range b.Requests {
		if err := x.check(); err != nil {
			return nil, fmt.Errorf("requests[%d]: %w", i, err)
		}
	}
	all, lost := p.History.find(b.Since, func(Entry) bool { return true })
	if lost {
		return nil, errForgotten
	}
	out := struct {
		Holds    bool       `json:"holds"`
		Why      string     `json:"why,omitempty"`
		Requests []verified `json:"requests"`
	}{Holds: true}
	for i, x := range b.Requests {
		v := x.verify(all)
		out.Requests = append(out.Requests, v)
		if !v.Holds && out.Holds {
			out.Holds, out.Why = false, fmt.Sprintf("requests[%d]: %s", i, v.Why)
		}
	}
	if late := disorder(b.Requests, all); b.InOrder && out.Holds && late >= 0 {
		out.Holds, out.Why = false, fmt.Sprintf("requests[%d] came, but not after those before it", late)
	}
	return out, nil
}

func (x Expectation) verify(all []Entry) verified {
	least, most, words := x.bounds()
	v := verified{Want: words, Seq: []int64{}}
	near, best := "", -1
	for _, e := range all {
		what, score := x.miss(e)
		if what == "" {
			v.Seq = append(v.Seq, e.Seq)
		} else if score > best {
			near, best = fmt.Sprintf("request %d (%s %s) has %s", e.Seq, e.Method, e.Path, what), score
		}
	}
	v.Found = len(v.Seq)
	v.Holds = v.Found >= least && (most < 0 || v.Found <= most)
	if !v.Holds {
		v.Why = fmt.Sprintf("found %d, want %s", v.Found, words)
	}
	if !v.Holds && v.Found < least && near != "" {
		v.Why += "; the nearest: " + near
	}
	return v
}

// disorder is the first expectation whose requests do not follow those of the previous one; -1 means none.
func disorder(list []Expectation, all []Entry) int {
	next := 0
	for i, x := range list {
		least, _, _ := x.bounds()
		for ; least > 0; least-- {
			ahead := slices.IndexFunc(all[next:], x.matches)
			if ahead < 0 {
				return i
			}
			next += ahead + 1
		}
	}
	return -1
}

// wait answers when enough matching requests have arrived, or at the timeout.
func (p *Plane) wait(r *http.Request, body []byte) (any, error) {
	b := struct {
		Match
		Times   int    `json:"times"`
		Since   int64  `json:"since"`
		Timeout string `json:"timeout"`
	}{Times: 1, Timeout: "10s"}
	if err := Strict(body, &b); err != nil {
		return nil, err
	}
	d, err := waitFor("timeout", b.Timeout)
	if err != nil {
		return nil, err
	}
	if b.Times < 1 || b.Times > MaxHistory {
		return nil, fmt.Errorf("times: %d is not between 1 and %d", b.Times, MaxHistory)
	}
	if err := checkGlob("path", b.Path); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithDeadline(waiting(r), time.Now().Add(d))
	defer cancel()
	found := p.History.await(ctx, b.Since, b.Times, b.matches)
	return struct {
		Arrived  bool    `json:"arrived"`
		Requests []Entry `json:"requests"`
	}{len(found) >= b.Times, found}, nil
}

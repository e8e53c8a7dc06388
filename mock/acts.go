package mock

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The acts that every mock's control plane has: clock, history and faults.

// Time is the mock's time as its control plane reports it.
func (p *Plane) Time() any {
	return map[string]string{
		"now":    p.Clock.Now().UTC().Format(time.RFC3339Nano),
		"offset": fmt.Sprintf("%+ds", int64(p.Clock.Offset().Seconds())),
	}
}

// Reset puts the clock, the history and the faults back to their initial state.
func (p *Plane) Reset() {
	p.Faults.Clear(0)
	p.History.Clear()
	p.Clock.Set(0)
}

// farthest is how far the mock's time may be from real time; it keeps years within four digits.
const farthest = 100 * 365 * 24 * time.Hour

func (p *Plane) setClock(_ *http.Request, body []byte) (any, error) {
	var b struct{ Advance, Offset string }
	if err := Strict(body, &b); err != nil {
		return nil, err
	}
	if (b.Advance == "") == (b.Offset == "") {
		return nil, errors.New(`give either advance ("11m") or offset ("+660s")`)
	}
	name, text, from := "advance", b.Advance, p.Clock.Offset()
	if b.Advance == "" {
		name, text, from = "offset", strings.TrimPrefix(b.Offset, "+"), 0
	}
	d, err := duration(name, text)
	if err != nil {
		return nil, err
	}
	if d.Abs() > farthest || (from+d).Abs() > farthest {
		return nil, errors.New(name + ": the mock's time must stay within 100 years of the real time")
	}
	if b.Advance != "" {
		p.Clock.Advance(d)
	} else {
		p.Clock.Set(d)
	}
	return p.Time(), nil
}

// duration reads a member that is a duration.
func duration(name, text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil {
		return 0, fmt.Errorf("%s: %q is not a duration like 90s or 5m", name, text)
	}
	return d, nil
}

// longestWait is how long a call of the control plane waits.
const longestWait = time.Minute

// waitFor reads how long a call waits.
func waitFor(name, text string) (time.Duration, error) {
	d, err := duration(name, text)
	if err == nil && (d < 0 || d > longestWait) {
		err = fmt.Errorf("%s: %q is not between 0s and %s", name, text, longestWait)
	}
	return d, err
}

func (p *Plane) readHistory(r *http.Request, _ []byte) (any, error) {
	q := r.URL.Query()
	since, err := strconv.ParseInt(q.Get("since"), 10, 64)
	if q.Has("since") && err != nil {
		return nil, errors.New("since must be the seq of a request, a whole number")
	}
	if err := checkGlob("path", q.Get("path")); err != nil {
		return nil, err
	}
	if !q.Has("wait") {
		return p.History.Since(since, q.Get("path")), nil
	}
	d, err := waitFor("wait", q.Get("wait"))
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(waiting(r), d)
	defer cancel()
	return p.History.Await(ctx, since, q.Get("path")), nil
}

func (p *Plane) addFault(_ *http.Request, body []byte) (any, error) {
	var f Fault
	if err := Strict(body, &f); err != nil {
		return nil, err
	}
	if f.ID != 0 || f.Hits != 0 {
		return nil, errors.New("the mock sets id and hits; leave them out")
	}
	if f.User != "" && p.Who == nil {
		return nil, errors.New("user: this server has no users")
	}
	return p.Faults.Add(f)
}

func (p *Plane) dropFaults(r *http.Request, _ []byte) (any, error) {
	if !r.URL.Query().Has("id") {
		p.Faults.Clear(0)
		return Done{}, nil
	}
	id, err := strconv.Atoi(r.URL.Query().Get("id"))
	if err != nil || id < 1 {
		return nil, errors.New("id must be the number of a fault; GET faults lists them")
	}
	if !p.Faults.Clear(id) {
		return nil, fmt.Errorf("there is no fault %d", id)
	}
	return Done{}, nil
}

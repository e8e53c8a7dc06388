package mock

import (
	"cmp"
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

// Plane is a mock's protocol plane: one adapter that parses a request once, lets an endpoint decide, and writes
// once. Faults, history, CORS and the control plane are its own.
type Plane struct {
	Clock   *Clock
	History *History
	Faults  *Faults
	Control *Control
	Who     func(*Call) (client, user string) // whom a request is for, before it is worked off; nil: nobody knows
	Log     func(Entry)                       // is told every request; nil: nobody is
	Guard   func(*Call) *Answer               // refuses before an endpoint sees the request; nil lets it pass
	MayRead func(path, origin string) bool    // origins that may read answers beside PublicCORS; nil: none
	rules   atomic.Pointer[Rules]
	grants  []string // types that it knows
	routes  *http.ServeMux
}

// Handler answers a request. A nil answer means that it took over the connection.
type Handler func(*Call) *Answer

// Methods are the handlers of one path.
type Methods = map[string]Handler

// NewPlane returns a plane without endpoints.
func NewPlane(clock *Clock, rules *Rules) *Plane {
	p := &Plane{Clock: clock, History: &History{}, Faults: &Faults{}, routes: http.NewServeMux()}
	p.rules.Store(rules)
	p.Control = newControl(p)
	p.routes.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		p.answer(w, r, func(*Call) *Answer { return Plain(http.StatusNotFound) })
	})
	return p
}

// Rules returns the current rules.
func (p *Plane) Rules() *Rules { return p.rules.Load() }

// SetRules replaces the rules, starting with the next decision.
func (p *Plane) SetRules(r *Rules) { p.rules.Store(r) }

// Handle mounts an endpoint for its methods; every other method gets 405.
func (p *Plane) Handle(path string, by Methods) {
	p.Faults.routes = append(p.Faults.routes, route{path, slices.Sorted(maps.Keys(by))})
	allow := strings.Join(slices.Sorted(maps.Keys(by)), ",")
	p.routes.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
		p.answer(w, r, func(c *Call) *Answer {
			if next, ok := by[r.Method]; ok {
				return next(c)
			}
			if r.Method == http.MethodOptions {
				return p.preflight(c, by)
			}
			a := Plain(http.StatusMethodNotAllowed)
			a.Header.Set("Allow", allow)
			return a
		})
	})
}

// ServeHTTP implements http.Handler.
func (p *Plane) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path+"/" == controlPrefix {
		http.Redirect(w, r, controlPrefix, http.StatusPermanentRedirect)
		return
	}
	if strings.HasPrefix(r.URL.Path, controlPrefix) {
		w.Header().Set("Date", p.Clock.Now().UTC().Format(http.TimeFormat))
		p.Control.serve(w, r)
		return
	}
	r = p.hear(r)
	if strings.Contains(r.URL.Path, "//") || r.URL.Path == "*" {
		p.answer(w, r, func(*Call) *Answer { return Plain(http.StatusNotFound) }) // the mux would redirect
		return
	}
	p.routes.ServeHTTP(w, r)
}

func (p *Plane) answer(w http.ResponseWriter, r *http.Request, decide Handler) {
	c := &Call{Request: r, IP: remoteIP(r)}
	c.Heard, c.whole = r.Context().Value(heardKey{}).(Request)
	entry := Entry{At: p.Clock.Now(), Method: r.Method, Path: r.URL.Path, Query: names(r.URL.RawQuery)}
	p.read(c)
	entry.Client, entry.Form, entry.Grant = c.client(), c.names(), p.grant(c)
	asked, fault, hit := Asked{}, Fault{}, false
	faulty := !p.Faults.none()
	if faulty {
		asked = p.asked(c, entry)
		fault, hit = p.Faults.Hit(asked)
	}
	var a *Answer
	if !hit || !fault.spares() {
		if a = p.decide(w, c, decide); a == nil {
			return // the connection was taken over
		}
	}
	if faulty && !hit && object(a) != nil {
		fault, hit = p.Faults.HitAnswer(asked)
	}
	if hit {
		entry.Fault = "fault " + Itoa(fault.ID)
		a = fault.afflict(a)
	}
	p.dress(c, a)
	out := p.Rules().Answer(c.Heard, *a)
	entry.Status, entry.Why, entry.User = out.Status, out.Why, cmp.Or(c.User, asked.User)
	p.Note(entry)
	p.write(w, r, out)
}

// asked is what selects the faults that hit a request.
func (p *Plane) asked(c *Call, e Entry) Asked {
	q := Asked{Method: e.Method, Path: e.Path, ClientID: e.Client, GrantType: e.Grant}
	if p.Who != nil && c.whole {
		client, user := p.Who(c)
		q.ClientID, q.User = cmp.Or(q.ClientID, client), user
	}
	return q
}

// grant is a request's grant type, if the mock knows it.
func (p *Plane) grant(c *Call) string {
	if asked := c.Form.Get("grant_type"); slices.Contains(p.grants, asked) {
		return asked
	}
	return ""
}

// Note adds a request to the history and the log.
func (p *Plane) Note(e Entry) {
	e = p.History.Add(e)
	if p.Log != nil {
		p.Log(e)
	}
}

// SetGrants sets the grant types that the mock knows.
func (p *Plane) SetGrants(types ...string) { p.grants, p.Faults.grants = types, types }

// write sends an answer, late or truncated if a fault says so.
func (p *Plane) write(w http.ResponseWriter, r *http.Request, a Answer) {
	if a.Delay > 0 {
		p.pause(r.Context(), a.Delay)
	}
	if a.Drop {
		panic(http.ErrAbortHandler) // as net/http wants it said
	}
	w.Header().Set("Date", p.Clock.Now().UTC().Format(http.TimeFormat)) // one clock for all that a client sees
	maps.Copy(w.Header(), a.Header)
	if a.Truncate > 0 && a.Truncate < len(a.Body) {
		w.Header().Set("Content-Length", Itoa(len(a.Body)))
		a.Body = a.Body[:a.Truncate]
	}
	soon(w)
	w.WriteHeader(a.Status)
	if r.Method == http.MethodHead {
		return
	}
	_, _ = w.Write(a.Body)
	if a.Stream != nil {
		a.Stream(waiting(r), func(text string) bool {
			soon(w)
			_, err := io.WriteString(w, text)
			return err == nil && flush(w)
		})
	}
}

// pause waits on the mock's clock.
func (p *Plane) pause(ctx context.Context, d time.Duration) {
	done := make(chan struct{})
	stop := p.Clock.AfterFunc(d, func() { close(done) })
	select {
	case <-done:
	case <-ctx.Done():
		stop()
	}
}

func (p *Plane) decide(w http.ResponseWriter, c *Call, next Handler) *Answer {
	if p.Guard != nil {
		if a := p.Guard(c); a != nil {
			return a
		}
	}
	if c.Header.Get("Upgrade") != "" {
		c.Request = c.WithContext(context.WithValue(c.Context(), writerKey{}, w))
		return next(c)
	}
	if !c.whole {
		var long *http.MaxBytesError
		switch _, err := io.Copy(io.Discard, http.MaxBytesReader(w, c.Body, p.Rules().BodyLimit())); {
		case errors.As(err, &long):
			return Plain(http.StatusRequestEntityTooLarge)
		case errors.Is(err, os.ErrDeadlineExceeded):
			return Plain(http.StatusRequestTimeout)
		}
		return Plain(http.StatusBadRequest)
	}
	return next(c)
}

// read parses the complete body of a request.
func (p *Plane) read(c *Call) {
	if c.whole && c.Header.Get("Upgrade") == "" {
		c.Bytes = c.Heard.Body
		c.parseForm(p.Rules().Duplicates())
	}
}

// dress adds the headers of every response.
func (p *Plane) dress(c *Call, a *Answer) {
	if a.Header == nil {
		a.Header = http.Header{}
	}
	for name, values := range p.Rules().Headers() {
		if _, set := a.Header[name]; !set {
			a.Header[name] = values
		}
	}
	const allow = "Access-Control-Allow-Origin"
	if origin := c.Header.Get("Origin"); origin != "" && a.Header.Get(allow) == "" && p.mayRead(c.URL.Path, origin) {
		a.Header.Set(allow, origin)
		a.Header.Add("Vary", "Origin")
	}
}

func (p *Plane) mayRead(path, origin string) bool {
	return p.Rules().PublicCORS(path) || (p.MayRead != nil && p.MayRead(path, origin))
}

// allowedHeaders are the request headers that a preflight may ask for.
var allowedHeaders = []string{"origin", "accept", "x-requested-with", "content-type", "authorization"}

// preflight answers OPTIONS (Fetch §CORS-preflight).
func (p *Plane) preflight(c *Call, by Methods) *Answer {
	origin, method := c.Header.Get("Origin"), c.Header.Get("Access-Control-Request-Method")
	if origin == "" || method == "" || !p.mayRead(c.URL.Path, origin) || by[method] == nil {
		return Plain(http.StatusForbidden)
	}
	asked := c.Header.Get("Access-Control-Request-Headers")
	for name := range strings.SplitSeq(asked, ",") {
		if name = strings.ToLower(strings.TrimSpace(name)); name != "" && !slices.Contains(allowedHeaders, name) {
			return Plain(http.StatusForbidden)
		}
	}
	a := Empty(http.StatusOK)
	a.Header.Set("Access-Control-Allow-Methods", method)
	if asked != "" {
		a.Header.Set("Access-Control-Allow-Headers", strings.ToUpper(asked))
	}
	return a
}

package mock

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"path"
	"slices"
	"sync"
	"time"
)

// Fault is a deliberate failure: which requests it hits, how often, and what happens to them.
type Fault struct {
	ID int `json:"id,omitempty"` // given when it is added

	Method    string `json:"method,omitempty"`     // empty: any
	Path      string `json:"path,omitempty"`       // glob, "/auth/*"; empty: any
	ClientID  string `json:"client_id,omitempty"`  // empty: any
	User      string `json:"user,omitempty"`       // user name of whom the request is for; empty: any
	GrantType string `json:"grant_type,omitempty"` // "refresh_token"; empty: any, and requests that ask for no grant

	After  int     `json:"after,omitempty"`  // spare the first so many
	Times  int     `json:"times,omitempty"`  // hit so many; 0: every one
	Chance float64 `json:"chance,omitempty"` // hit one with this probability; 0: every one
	Seed   uint64  `json:"seed,omitempty"`   // of the chance: the same seed hits the same requests

	// Phase says whether the request is processed: not with "before", as if a gateway had answered; with "after" it is,
	// as if the response had been lost. Empty means before if there is a status, else after.
	Phase string `json:"phase,omitempty"`

	Status   int               `json:"status,omitempty"`   // answer this instead
	Body     *string           `json:"body,omitempty"`     // with this body
	Header   map[string]string `json:"header,omitempty"`   // and these headers
	Delay    string            `json:"delay,omitempty"`    // "2s", on the mock's clock
	Drop     bool              `json:"drop,omitempty"`     // close the connection
	Truncate int               `json:"truncate,omitempty"` // send so many bytes of the body, then close

	// Set and Remove change members of a real response: a JSON object with a status below 300. Other responses are
	// not changed or counted.
	Set    map[string]json.RawMessage `json:"set,omitempty"`
	Remove []string                   `json:"remove,omitempty"`

	Hits int `json:"hits"` // so far

	seen   int
	random *rand.Rand
}

// The phases of a fault.
const (
	Before = "before"
	After  = "after"
)

// spares reports whether a request that the fault hits is not processed.
func (f Fault) spares() bool { return f.Phase == Before || f.Phase == "" && f.Status != 0 }

// changes reports whether the fault changes members of a real response.
func (f Fault) changes() bool { return len(f.Set) > 0 || len(f.Remove) > 0 }

// Wait returns the delay.
func (f Fault) Wait() (time.Duration, error) {
	if f.Delay == "" {
		return 0, nil
	}
	return duration("delay", f.Delay)
}

// Asked is the part of a request that selects the faults that hit it.
type Asked struct{ Method, Path, ClientID, User, GrantType string }

// Faults is the set of active faults. It is safe for concurrent use; the zero value is empty and knows no routes.
type Faults struct {
	mu     sync.Mutex
	next   int
	list   []*Fault
	routes routes
	grants []string // that routes know
}

const maxFaults = 1000

var errFaults = errors.New("there are 1000 faults already; remove some (DELETE faults)")

// Add activates a fault and returns it with its number. A fault that matches no route is an error.
func (s *Faults) Add(f Fault) (Fault, error) {
	if err := f.Check(); err != nil {
		return f, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.routes.reach(f, s.grants); err != nil {
		return f, err
	}
	if len(s.list) >= maxFaults {
		return f, errFaults
	}
	s.next++
	f.ID, f.Hits = s.next, 0
	if f.Chance > 0 {
		f.random = rand.New(rand.NewPCG(f.Seed, 0)) //nolint:gosec // a choice, no secret
	}
	s.list = append(s.list, &f)
	return f, nil
}

// List lists the active faults, including used-up ones; never nil.
func (s *Faults) List() []Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := []Fault{}
	for _, f := range s.list {
		out = append(out, *f)
	}
	return out
}

// Clear removes one fault, or all if id is 0. It reports whether there was one.
func (s *Faults) Clear(id int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := len(s.list)
	s.list = slices.DeleteFunc(s.list, func(f *Fault) bool { return id == 0 || f.ID == id })
	return len(s.list) < before
}

// none tells whether no fault is in force.
func (s *Faults) none() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.list) == 0
}

// Hit finds the first fault that matches a request, and counts the hit. It skips faults that change
// members of a response.
func (s *Faults) Hit(q Asked) (Fault, bool) { return s.hit(q, false) }

// HitAnswer finds the fault that changes members of the real response, and counts the hit.
func (s *Faults) HitAnswer(q Asked) (Fault, bool) { return s.hit(q, true) }

func (s *Faults) hit(q Asked, changes bool) (Fault, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.list {
		if f.changes() == changes && f.wants(q) && f.turn() {
			f.Hits++
			return *f, true
		}
	}
	return Fault{}, false
}

// wants reports whether the fault selects such requests.
func (f *Fault) wants(q Asked) bool {
	for _, pair := range [][2]string{{f.Method, q.Method}, {f.ClientID, q.ClientID}, {f.User, q.User}, {f.GrantType, q.GrantType}} {
		if pair[0] != "" && pair[0] != pair[1] {
			return false
		}
	}
	ok, _ := path.Match(f.Path, q.Path)
	return f.Path == "" || ok
}

// turn counts a request that the fault selects, and reports whether to hit it.
func (f *Fault) turn() bool {
	f.seen++
	if f.seen <= f.After || (f.Times > 0 && f.Hits >= f.Times) {
		return false
	}
	return f.random == nil || f.random.Float64() < f.Chance
}

package mock

import (
	"errors"
	"fmt"
	"net/http"
	"path"
	"slices"
	"sync"
	"time"
)

// Fault is trouble on purpose: which requests it hits, how often, and what becomes of them.
type Fault struct {
	ID       int    `json:"id,omitempty"`        // given when it is added
	Method   string `json:"method,omitempty"`    // empty: any
	Path     string `json:"path,omitempty"`      // glob, "/auth/*"; empty: any
	ClientID string `json:"client_id,omitempty"` // empty: any
	After    int    `json:"after,omitempty"`     // spare the first so many
	Times    int    `json:"times,omitempty"`     // hit so many; 0: every one

	// Phase says whether the request is worked off: it is not before the work, as where a gateway answers, and it is after
	// it, as where the answer is lost. Empty: before with a status, after without.
	Phase string `json:"phase,omitempty"`

	Status   int               `json:"status,omitempty"`   // answer this instead
	Body     *string           `json:"body,omitempty"`     // with this body
	Header   map[string]string `json:"header,omitempty"`   // and these headers
	Delay    string            `json:"delay,omitempty"`    // "2s", on the mock's clock
	Drop     bool              `json:"drop,omitempty"`     // close the connection
	Truncate int               `json:"truncate,omitempty"` // send so many bytes of the body, then close

	Hits int `json:"hits"` // so far
	seen int
}

// Check tells what is wrong with a fault.
func (f Fault) Check() error {
	if _, err := path.Match(f.Path, ""); err != nil {
		return fmt.Errorf("path: %q is not a valid glob", f.Path)
	}
	if _, err := f.Wait(); err != nil {
		return fmt.Errorf("delay: %w", err)
	}
	if f.Phase != "" && f.Phase != Before && f.Phase != After {
		return fmt.Errorf("phase: %q is not before or after", f.Phase)
	}
	if f.Status != 0 && (f.Status < 100 || f.Status > 599) {
		return fmt.Errorf("status: %d is not an HTTP status", f.Status)
	}
	if f.After < 0 || f.Times < 0 || f.Truncate < 0 {
		return errors.New("after, times and truncate must not be negative")
	}
	if f.Status == 0 && f.Delay == "" && !f.Drop && f.Truncate == 0 && f.Body == nil && len(f.Header) == 0 {
		return errors.New("it has no effect; give one of status, body, header, delay, drop, truncate")
	}
	return nil
}

// The phases of a fault.
const (
	Before = "before"
	After  = "after"
)

// spares tells whether the request that the fault hits is not worked off.
func (f Fault) spares() bool { return f.Phase == Before || f.Phase == "" && f.Status != 0 }

// Wait is the delay.
func (f Fault) Wait() (time.Duration, error) {
	if f.Delay == "" {
		return 0, nil
	}
	return time.ParseDuration(f.Delay)
}

// Faults is the set in force. It is safe for concurrent use; the zero value is empty.
type Faults struct {
	mu   sync.Mutex
	next int
	list []*Fault
}

// Add puts a fault in force and returns it with its number.
func (s *Faults) Add(f Fault) (Fault, error) {
	if err := f.Check(); err != nil {
		return f, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next++
	f.ID, f.Hits = s.next, 0
	s.list = append(s.list, &f)
	return f, nil
}

// List lists the faults in force, spent ones included; never nil.
func (s *Faults) List() []Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := []Fault{}
	for _, f := range s.list {
		out = append(out, *f)
	}
	return out
}

// Clear removes one fault, or all with id 0.
func (s *Faults) Clear(id int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list = slices.DeleteFunc(s.list, func(f *Fault) bool { return id == 0 || f.ID == id })
}

// Hit finds the fault that hits a request, and counts it. The first that matches does.
func (s *Faults) Hit(method, at, clientID string) (Fault, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.list {
		if (f.Method != "" && f.Method != method) || (f.ClientID != "" && f.ClientID != clientID) {
			continue
		}
		if ok, _ := path.Match(f.Path, at); f.Path != "" && !ok {
			continue
		}
		f.seen++
		if f.seen <= f.After || (f.Times > 0 && f.Hits >= f.Times) {
			continue
		}
		f.Hits++
		return *f, true
	}
	return Fault{}, false
}

// afflict is the answer that the fault makes of one; nil: there was no work, and none.
func (f Fault) afflict(a *Answer) *Answer {
	if a == nil {
		a = Text(http.StatusServiceUnavailable, "")
	}
	if f.Status != 0 {
		a = Text(f.Status, "")
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

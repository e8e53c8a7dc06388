package mockserver

import (
	"sync"
	"time"
)

// flow is a started login.
type flow struct {
	ID        string
	Provider  *Provider
	ClientID  string // that began it
	Redirect  string
	Challenge string
	IP        string
	Started   time.Time

	busy  bool
	over  bool  // it has come to an end
	user  *User // whose password was right; the second factor is open
	tries int
}

const maxFlows = 10_000

// flows are the open logins. It is safe for concurrent use; one request at a time works on a flow.
type flows struct {
	mu   sync.Mutex
	byID map[string]*flow
	ids  []string

	evicted int // because there were too many, since the start or a restart
}

func newFlows() *flows { return &flows{byID: map[string]*flow{}} }

func (f *flows) clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.byID, f.ids, f.evicted = map[string]*flow{}, nil, 0
}

func (f *flows) count() (open, evicted int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.byID), f.evicted
}

func (f *flows) add(fl *flow) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.byID[fl.ID] = fl
	f.ids = append(f.ids, fl.ID)
	for len(f.ids) > maxFlows {
		if _, there := f.byID[f.ids[0]]; there {
			delete(f.byID, f.ids[0])
			f.evicted++
		}
		f.ids = f.ids[1:]
	}
}

// enter takes a flow for one request; busy reports that another request has it.
func (f *flows) enter(id string) (fl *flow, busy bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	fl = f.byID[id]
	if fl == nil || fl.busy {
		return nil, fl != nil
	}
	fl.busy = true
	return fl, false
}

// leave gives a flow back, or ends it.
func (f *flows) leave(fl *flow) {
	f.mu.Lock()
	defer f.mu.Unlock()
	fl.busy = false
	if fl.over {
		delete(f.byID, fl.ID)
	}
}

func (f *flows) drop(id string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	_, ok := f.byID[id]
	delete(f.byID, id)
	return ok
}

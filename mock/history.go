package mock

import (
	"context"
	"path"
	"strings"
	"sync"
	"time"
)

// Entry is one request in a mock's history.
type Entry struct {
	Seq    int64     `json:"seq"`
	At     time.Time `json:"at"` // the mock's time
	Method string    `json:"method"`
	Path   string    `json:"path"` // without query: it may hold secrets
	Query  []string  `json:"query,omitempty"`
	Form   []string  `json:"form,omitempty"` // names of parameters, never values
	Client string    `json:"client_id,omitempty"`
	User   string    `json:"user,omitempty"`
	Grant  string    `json:"grant_type,omitempty"` // one that the mock knows
	Status int       `json:"status"`
	Why    string    `json:"why,omitempty"`   // the rule that refused it
	Fault  string    `json:"fault,omitempty"` // the fault that hit it
}

// History keeps the latest requests. It is safe for concurrent use.
type History struct {
	mu    sync.Mutex
	ring  []Entry
	seq   int64
	lost  int64 // seq of the last that made way for others
	added bell
}

// MaxHistory is how many requests a history keeps; the oldest are dropped.
const MaxHistory = 1000

const (
	kept      = MaxHistory
	keptText  = 2048 // bytes of one text of an entry: no client id is longer
	keptNames = 50   // parameters of an entry
)

// bounded is an entry that holds only so much, however long the request was.
func (e Entry) bounded() Entry {
	for _, text := range []*string{&e.Method, &e.Path, &e.Client, &e.User, &e.Why} {
		if len(*text) > keptText {
			*text = strings.ToValidUTF8((*text)[:keptText], "") + "…"
		}
		*text = strings.Clone(*text) // of the whole request line, otherwise
	}
	for _, names := range []*[]string{&e.Query, &e.Form} {
		*names = (*names)[:min(len(*names), keptNames)]
	}
	return e
}

// Add appends an entry, and returns it with its number.
func (h *History) Add(e Entry) Entry {
	e = e.bounded()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.seq++
	e.Seq = h.seq
	if len(h.ring) < kept {
		h.ring = append(h.ring, e)
	} else {
		h.lost = h.ring[(h.seq-1)%kept].Seq
		h.ring[(h.seq-1)%kept] = e
	}
	h.added.ring()
	return e
}

// Clear forgets all entries but keeps the numbering.
func (h *History) Clear() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ring, h.seq, h.lost = nil, (h.seq/kept+1)*kept, 0
}

// Since lists the entries after a number whose path matches the glob ("" matches all), oldest first; never nil.
func (h *History) Since(seq int64, glob string) []Entry {
	found, _ := h.find(seq, onPath(glob))
	return found
}

// onPath matches entries whose path matches a glob; "" matches all.
func onPath(glob string) func(Entry) bool {
	return func(e Entry) bool {
		ok, _ := path.Match(glob, e.Path)
		return glob == "" || ok
	}
}

// find lists the matching entries after a number. lost reports that some after it are no longer stored.
func (h *History) find(seq int64, matches func(Entry) bool) (found []Entry, lost bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	found = []Entry{}
	for i := range h.ring {
		e := h.ring[(h.seq+int64(i))%int64(len(h.ring))]
		if len(h.ring) < kept {
			e = h.ring[i]
		}
		if e.Seq > seq && matches(e) {
			found = append(found, e)
		}
	}
	return found, seq < h.lost
}

// Await is like Since, but waits until there is an entry or ctx ends.
func (h *History) Await(ctx context.Context, seq int64, glob string) []Entry {
	return h.await(ctx, seq, 1, onPath(glob))
}

// await waits for a number of matching entries, until ctx ends.
func (h *History) await(ctx context.Context, seq int64, times int, matches func(Entry) bool) []Entry {
	for {
		added := h.added.listen()
		found, _ := h.find(seq, matches)
		if len(found) >= times {
			return found
		}
		select {
		case <-ctx.Done():
			return found
		case <-added:
		}
	}
}

package mock

import (
	"context"
	"path"
	"strings"
	"sync"
	"time"
)

// Entry is one request that a mock got.
type Entry struct {
	Seq    int64     `json:"seq"`
	At     time.Time `json:"at"` // the mock's time
	Method string    `json:"method"`
	Path   string    `json:"path"` // without query: it may hold secrets
	Query  []string  `json:"query,omitempty"`
	Form   []string  `json:"form,omitempty"` // names of parameters, never values
	Client string    `json:"client_id,omitempty"`
	User   string    `json:"user,omitempty"`
	Status int       `json:"status"`
	Why    string    `json:"why,omitempty"`   // the rule that refused it
	Fault  string    `json:"fault,omitempty"` // the fault that hit it
}

// History keeps the last requests. It is safe for concurrent use.
type History struct {
	mu    sync.Mutex
	ring  []Entry
	seq   int64
	added chan struct{}
}

// MaxHistory is how many requests a history keeps: the last ones.
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

// Add appends an entry and gives it its number.
func (h *History) Add(e Entry) {
	e = e.bounded()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.seq++
	e.Seq = h.seq
	if len(h.ring) < kept {
		h.ring = append(h.ring, e)
	} else {
		h.ring[(h.seq-1)%kept] = e
	}
	if h.added != nil {
		close(h.added)
		h.added = nil
	}
}

// Clear forgets everything but the numbering.
func (h *History) Clear() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ring, h.seq = nil, (h.seq/kept+1)*kept
}

// Since lists the entries after a number whose path matches the glob ("" matches all), oldest first; never nil.
func (h *History) Since(seq int64, glob string) []Entry {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.since(seq, glob)
}

func (h *History) since(seq int64, glob string) []Entry {
	out := []Entry{}
	for i := range h.ring {
		e := h.ring[(h.seq+int64(i))%int64(len(h.ring))]
		if len(h.ring) < kept {
			e = h.ring[i]
		}
		if ok, _ := path.Match(glob, e.Path); e.Seq > seq && (glob == "" || ok) {
			out = append(out, e)
		}
	}
	return out
}

// Await is Since that waits for the first entry until ctx ends.
func (h *History) Await(ctx context.Context, seq int64, glob string) []Entry {
	for {
		h.mu.Lock()
		found := h.since(seq, glob)
		if h.added == nil {
			h.added = make(chan struct{})
		}
		added := h.added
		h.mu.Unlock()
		if len(found) > 0 {
			return found
		}
		select {
		case <-ctx.Done():
			return found
		case <-added:
		}
	}
}

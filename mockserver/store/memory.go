package store

import (
	"maps"
	"slices"
	"sync"
	"time"
)

// The bounds of Memory: what is beyond them goes, oldest first.
const (
	MaxCodes   = 10_000
	MaxRefresh = 20_000
)

// Memory is a bounded in-memory Store.
type Memory struct {
	mu      sync.Mutex
	codes   map[string]Code
	ages    queue // of codes
	tokens  map[string]*Refresh
	ids     map[string]*Refresh
	lineage queue // of refresh tokens
	evicted Evicted
}

// NewMemory returns an empty store.
func NewMemory() *Memory {
	m := &Memory{}
	m.Clear()
	return m
}

// Clear implements Store.
func (m *Memory) Clear() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.codes, m.tokens, m.ids = map[string]Code{}, map[string]*Refresh{}, map[string]*Refresh{}
	m.ages, m.lineage, m.evicted = queue{}, queue{}, Evicted{}
}

// PutCode implements Store.
func (m *Memory) PutCode(c Code) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.codes[c.Value] = c
	m.ages.push(c.Value)
	for len(m.codes) > MaxCodes {
		oldest := m.ages.pop()
		if _, there := m.codes[oldest]; there {
			delete(m.codes, oldest)
			m.evicted.Codes++
		}
	}
	m.ages.trim(func(v string) bool { _, ok := m.codes[v]; return ok })
}

// Code implements Store.
func (m *Memory) Code(value string) (Code, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c, ok := m.codes[value]
	return c, ok
}

// Codes implements Store.
func (m *Memory) Codes() []Code {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Collect(maps.Values(m.codes))
}

// TakeCode implements Store.
func (m *Memory) TakeCode(value string) (Code, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c, ok := m.codes[value]
	delete(m.codes, value)
	return c, ok
}

// PutRefresh implements Store.
func (m *Memory) PutRefresh(r Refresh) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if old, ok := m.ids[r.ID]; ok {
		delete(m.tokens, old.Token)
	} else {
		m.lineage.push(r.ID)
	}
	m.ids[r.ID], m.tokens[r.Token] = &r, &r
	for len(m.ids) > MaxRefresh {
		if m.drop(m.lineage.pop()) {
			m.evicted.Refresh++
		}
	}
	m.lineage.trim(func(id string) bool { _, ok := m.ids[id]; return ok })
}

func (m *Memory) drop(id string) bool {
	r, ok := m.ids[id]
	if ok {
		delete(m.ids, id)
		delete(m.tokens, r.Token)
	}
	return ok
}

// Refresh implements Store.
func (m *Memory) Refresh(token string) (Refresh, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return value(m.tokens[token])
}

// RefreshByID implements Store.
func (m *Memory) RefreshByID(id string) (Refresh, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return value(m.ids[id])
}

func value(r *Refresh) (Refresh, bool) {
	if r == nil {
		return Refresh{}, false
	}
	return *r, true
}

// Evicted implements Store.
func (m *Memory) Evicted() Evicted {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.evicted
}

// Touch implements Store.
func (m *Memory) Touch(id string, at time.Time, ip string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if r := m.ids[id]; r != nil {
		r.Used, r.UsedIP = at, ip
	}
}

// Delete implements Store.
func (m *Memory) Delete(id string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.drop(id)
}

// OfUser implements Store.
func (m *Memory) OfUser(userID string) []Refresh {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []Refresh
	for _, r := range m.ids {
		if r.UserID == userID {
			out = append(out, *r)
		}
	}
	slices.SortFunc(out, func(a, b Refresh) int { return a.Created.Compare(b.Created) })
	return out
}

// queue is a list of keys by age; keys whose value went otherwise are dropped when they are many.
type queue struct {
	keys []string
	head int
}

func (q *queue) push(key string) { q.keys = append(q.keys, key) }

func (q *queue) pop() string {
	key := q.keys[q.head]
	q.keys[q.head] = ""
	q.head++
	return key
}

const slack = 2 * (MaxCodes + MaxRefresh)

func (q *queue) trim(alive func(string) bool) {
	if len(q.keys) <= slack {
		return
	}
	var kept []string
	for _, key := range q.keys[q.head:] {
		if alive(key) {
			kept = append(kept, key)
		}
	}
	q.keys, q.head = kept, 0
}

package defects

import (
	"slices"
	"sync"

	"github.com/authconform/authconform/mock"
)

// The memory of defects. It is made inside Change, so that each mock has its own.

// idSet remembers ids of messages.
type idSet struct {
	mu   sync.Mutex
	seen map[int64]bool
}

func number(id any) int64 {
	switch n := id.(type) {
	case float64:
		return int64(n)
	case int64:
		return n
	}
	return -1
}

func (s *idSet) add(id any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seen == nil {
		s.seen = map[int64]bool{}
	}
	s.seen[number(id)] = true
}

func (s *idSet) drop(id any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.seen, number(id))
}

func (s *idSet) has(id any) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seen[number(id)]
}

// idSecrets is a growing list of words.
type idSecrets struct {
	mu    sync.Mutex
	words []string
}

func (s *idSecrets) add(w string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.Contains(s.words, w) {
		s.words = append(s.words, w)
	}
}

// replace reduces the list to one word.
func (s *idSecrets) replace(w string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.words = []string{w}
}

func (s *idSecrets) list() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.words)
}

// repeatedFlow picks steps of a login flow that was answered before.
func repeatedFlow() when {
	var seen idSecrets
	return func(r mock.Request) bool {
		again := slices.Contains(seen.list(), r.Path())
		seen.add(r.Path())
		return again
	}
}

// sentBefore picks requests whose form has a value in the field that n earlier ones had. It counts: call it inside Change, so
// that each home has its own.
func sentBefore(field string, n int) when {
	var mu sync.Mutex
	times := map[string]int{}
	return func(r mock.Request) bool {
		mu.Lock()
		defer mu.Unlock()
		value := fields(r).Get(field)
		times[value]++
		return value != "" && times[value] > n
	}
}

// remembered wraps a generator of secrets to know the generated ones.
func remembered(make *func() string) func(string) bool {
	made, before := &idSecrets{}, *make
	*make = func() string {
		s := before()
		made.add(s)
		return s
	}
	return func(s string) bool { return slices.Contains(made.list(), s) }
}

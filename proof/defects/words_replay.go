package defects

import (
	"sync"

	"github.com/authconform/authconform/mockserver"
	"github.com/authconform/authconform/mockserver/store"
)

// replays is a store that remembers taken codes and acts when one is used again.
type replays struct {
	*store.Memory
	mu      sync.Mutex
	taken   map[string]string // code -> session
	users   map[string]string // code -> user
	last    string            // the last code taken
	twofold func(s *replays, session, user string)
}

func replaying(do func(s *replays, session, user string)) func(*store.Memory) store.Store {
	return func(m *store.Memory) store.Store {
		return &replays{Memory: m, taken: map[string]string{}, users: map[string]string{}, twofold: do}
	}
}

// TakeCode implements store.Store.
func (s *replays) TakeCode(value string) (store.Code, bool) {
	c, ok := s.Memory.TakeCode(value)
	s.mu.Lock()
	defer s.mu.Unlock()
	if ok {
		s.last, s.users[value] = value, c.UserID
	}
	return c, ok
}

// PutRefresh implements store.Store.
func (s *replays) PutRefresh(r store.Refresh) {
	s.mu.Lock()
	if s.last != "" && r.Type == store.Normal && s.users[s.last] == r.UserID {
		s.taken[s.last], s.last = r.ID, ""
	}
	s.mu.Unlock()
	s.Memory.PutRefresh(r)
}

// Code implements store.Store.
func (s *replays) Code(value string) (store.Code, bool) {
	c, ok := s.Memory.Code(value)
	s.mu.Lock()
	session, user := s.taken[value], s.users[value]
	s.mu.Unlock()
	if !ok && user != "" {
		s.twofold(s, session, user)
	}
	return c, ok
}

// endsFirst ends the session that the code opened; endsAll ends all sessions of its user.
func endsFirst(s *replays, session, _ string) { s.Delete(session) }

func endsAll(s *replays, _, user string) {
	for _, r := range s.OfUser(user) {
		s.Delete(r.ID)
	}
}

// challengeless is a store that drops the challenge from codes of users with a second factor.
type challengeless struct {
	*store.Memory
	guarded *idSecrets
}

// PutCode implements store.Store.
func (s *challengeless) PutCode(c store.Code) {
	for _, id := range s.guarded.list() {
		if id == c.UserID {
			c.Challenge = ""
		}
	}
	s.Memory.PutCode(c)
}

func losesChallenge(p *mockserver.Policy) {
	guarded, asks := &idSecrets{}, p.SecondFactor
	p.SecondFactor = func(u mockserver.User) bool {
		if asks(u) {
			guarded.add(u.ID)
		}
		return asks(u)
	}
	keeps(func(m *store.Memory) store.Store { return &challengeless{m, guarded} })(p)
}

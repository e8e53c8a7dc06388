package defects

import (
	"encoding/json"
	"strings"
	"sync"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
	"github.com/authconform/authconform/mockserver/store"
)

// keeps makes a home use another store for codes and refresh tokens, which with derives from a right one.
func keeps(with func(*store.Memory) store.Store) change {
	return func(p *mockserver.Policy) {
		p.Store = func() store.Store { return with(store.NewMemory()) }
	}
}

// spare is a store that lets codes be taken several times.
type spare struct {
	*store.Memory
	mu   sync.Mutex
	left map[string]int
	uses int
}

func takenTwice(m *store.Memory) store.Store {
	return &spare{Memory: m, left: map[string]int{}, uses: 2}
}

// TakeCode implements store.Store.
func (s *spare) TakeCode(value string) (store.Code, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.Code(value)
	if !ok {
		return c, false
	}
	if s.left[value]++; s.left[value] >= s.uses {
		return s.Memory.TakeCode(value)
	}
	return c, true
}

// blurred is a store that finds a code by all but its last character.
type blurred struct {
	*store.Memory
	mu    sync.Mutex
	whole map[string]string
}

func foundWithoutLast(m *store.Memory) store.Store {
	return &blurred{Memory: m, whole: map[string]string{}}
}

// PutCode implements store.Store.
func (s *blurred) PutCode(c store.Code) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.whole[c.Value[:len(c.Value)-1]] = c.Value
	s.Memory.PutCode(c)
}

func (s *blurred) spelled(value string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if whole, ok := s.whole[value]; ok {
		return whole
	}
	return value
}

// Code implements store.Store.
func (s *blurred) Code(value string) (store.Code, bool) { return s.Memory.Code(s.spelled(value)) }

// TakeCode implements store.Store.
func (s *blurred) TakeCode(value string) (store.Code, bool) {
	return s.Memory.TakeCode(s.spelled(value))
}

// spendsAtDuplicates spends a code that comes in a form with a repeated parameter.
func spendsAtDuplicates(p *mockserver.Policy) {
	kept := store.NewMemory()
	p.Store = func() store.Store { return kept }
	takes(tokenEndpoint, func(r mock.Request) mock.Request {
		form := fields(r)
		for _, values := range form {
			if len(values) > 1 {
				kept.TakeCode(form.Get("code"))
			}
		}
		return r
	})(p)
}

// halves is a store that finds refresh tokens by their first characters.
type halves struct {
	*store.Memory
	mu    sync.Mutex
	whole map[string]string
	key   int
}

func foundByFirst(characters int) func(*store.Memory) store.Store {
	return func(m *store.Memory) store.Store {
		return &halves{Memory: m, whole: map[string]string{}, key: characters}
	}
}

func (s *halves) short(token string) string { return token[:min(len(token), s.key)] }

// PutRefresh implements store.Store.
func (s *halves) PutRefresh(r store.Refresh) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.whole[s.short(r.Token)] = r.Token
	s.Memory.PutRefresh(r)
}

// Refresh implements store.Store.
func (s *halves) Refresh(token string) (store.Refresh, bool) {
	s.mu.Lock()
	whole, ok := s.whole[s.short(token)]
	s.mu.Unlock()
	if !ok {
		whole = token
	}
	return s.Memory.Refresh(whole)
}

// newestOnly is a store in which each use of a refresh token changes its key, so that older access tokens die.
type newestOnly struct{ *store.Memory }

func newest(m *store.Memory) store.Store { return &newestOnly{m} }

// Refresh implements store.Store.
func (s *newestOnly) Refresh(token string) (store.Refresh, bool) {
	r, ok := s.Memory.Refresh(token)
	if ok && r.Type == store.Normal {
		r.Key = append([]byte("x"), r.Key...)
		s.PutRefresh(r)
	}
	return r, ok
}

// remembers is a store that still finds deleted sessions by id, like a cache.
type remembers struct {
	*store.Memory
	mu   sync.Mutex
	dead map[string]store.Refresh
}

func remembering(m *store.Memory) store.Store {
	return &remembers{Memory: m, dead: map[string]store.Refresh{}}
}

// Delete implements store.Store.
func (s *remembers) Delete(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r, ok := s.Memory.RefreshByID(id); ok {
		s.dead[id] = r
	}
	return s.Memory.Delete(id)
}

// RefreshByID implements store.Store.
func (s *remembers) RefreshByID(id string) (store.Refresh, bool) {
	if r, ok := s.Memory.RefreshByID(id); ok {
		return r, true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.dead[id]
	return r, ok
}

// chained is a store in which the end of one session ends all sessions of its user.
type chained struct{ *store.Memory }

func chaining(m *store.Memory) store.Store { return &chained{m} }

// Delete implements store.Store.
func (s *chained) Delete(id string) bool {
	if r, ok := s.RefreshByID(id); ok {
		for _, other := range s.OfUser(r.UserID) {
			s.Memory.Delete(other.ID)
		}
		return true
	}
	return false
}

// namesakes is a store that calls meet for a new long-lived token with the name of an older one.
type namesakes struct {
	*store.Memory
	mu    sync.Mutex
	known []store.Refresh
	meet  func(m *store.Memory, old store.Refresh, fresh *store.Refresh)
}

func oneOfAName(meet func(m *store.Memory, old store.Refresh, fresh *store.Refresh)) func(*store.Memory) store.Store {
	return func(m *store.Memory) store.Store { return &namesakes{Memory: m, meet: meet} }
}

// replaces ends a user's token when a new one gets its name.
func replaces(m *store.Memory, old store.Refresh, fresh *store.Refresh) {
	if old.UserID == fresh.UserID {
		m.Delete(old.ID)
	}
}

// joins gives the new token to the user of the old one; takesOver gives the old one to the user of the new one.
func joins(_ *store.Memory, old store.Refresh, fresh *store.Refresh) { fresh.UserID = old.UserID }

func takesOver(m *store.Memory, old store.Refresh, fresh *store.Refresh) {
	old.UserID = fresh.UserID
	m.PutRefresh(old)
}

// anyName accepts any names of a user's long-lived tokens.
func anyName(p *mockserver.Policy) { p.NameTaken = func(store.Refresh, string) bool { return false } }

// PutRefresh implements store.Store.
func (s *namesakes) PutRefresh(r store.Refresh) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.Type == store.LongLived {
		for _, old := range s.known {
			if old.Name == r.Name && old.ID != r.ID {
				s.meet(s.Memory, old, &r)
			}
		}
		s.known = append(s.known, r)
	}
	s.Memory.PutRefresh(r)
}

// byAccess is a store that finds long-lived sessions by their access tokens.
type byAccess struct{ *store.Memory }

func foundByAccess(m *store.Memory) store.Store { return &byAccess{m} }

// Refresh implements store.Store.
func (s *byAccess) Refresh(token string) (store.Refresh, bool) {
	if parts := strings.Split(token, "."); len(parts) == 3 {
		var claims struct{ Iss string }
		if json.Unmarshal([]byte(unbase64(parts[1])), &claims) == nil {
			if r, ok := s.RefreshByID(claims.Iss); ok && r.Type == store.LongLived {
				return r, true
			}
		}
	}
	return s.Memory.Refresh(token)
}

// linkKeeper is a store that keeps codes used only for linking.
type linkKeeper struct {
	*store.Memory
	mu     sync.Mutex
	linked map[string]bool
}

func keepsLinked(p *mockserver.Policy) {
	kept := &linkKeeper{Memory: store.NewMemory(), linked: map[string]bool{}}
	p.Store = func() store.Store { return kept }
	takes(linkRequest, func(r mock.Request) mock.Request {
		code, _ := decoded(r.Body)["code"].(string)
		kept.link(code)
		return r
	})(p)
}

func (s *linkKeeper) link(code string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.linked[code] = true
}

// TakeCode implements store.Store.
func (s *linkKeeper) TakeCode(value string) (store.Code, bool) {
	s.mu.Lock()
	first := s.linked[value]
	delete(s.linked, value)
	s.mu.Unlock()
	if first {
		return s.Code(value)
	}
	return s.Memory.TakeCode(value)
}

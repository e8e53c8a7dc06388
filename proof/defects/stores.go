package defects

import (
	"encoding/json"
	"strings"
	"sync"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
	"github.com/authconform/authconform/mockserver/store"
)

// spare is a store whose codes may be taken several times.
type spare struct {
	store.Store
	mu   sync.Mutex
	left map[string]int
	uses int
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
		return s.Store.TakeCode(value)
	}
	return c, true
}

// blurred is a store that finds a code without its last character.
type blurred struct {
	store.Store
	mu    sync.Mutex
	whole map[string]string
}

// PutCode implements store.Store.
func (s *blurred) PutCode(c store.Code) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.whole[c.Value[:len(c.Value)-1]] = c.Value
	s.Store.PutCode(c)
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
func (s *blurred) Code(value string) (store.Code, bool) { return s.Store.Code(s.spelled(value)) }

// TakeCode implements store.Store.
func (s *blurred) TakeCode(value string) (store.Code, bool) {
	return s.Store.TakeCode(s.spelled(value))
}

// watchful is a store whose home spends a code that stands in a form with a parameter twice.
type watchful struct {
	store.Store
	options *mockserver.Options
}

// PutCode implements store.Store.
func (s *watchful) PutCode(c store.Code) {
	before := s.options.Policy.Request
	value := c.Value
	s.options.Policy.Request = func(r mock.Request) mock.Request {
		if r = before(r); tokenEndpoint(r) {
			for _, values := range fields(r) {
				if len(values) > 1 && fields(r).Get("code") == value {
					s.TakeCode(value)
				}
			}
		}
		return r
	}
	s.Store.PutCode(c)
}

// halves is a store that finds refresh tokens by their first characters.
type halves struct {
	*store.Memory
	mu    sync.Mutex
	whole map[string]string
	key   int
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

// newestOnly is a store in which a use of a refresh token gives it another key, so that older access tokens die.
type newestOnly struct{ *store.Memory }

// Refresh implements store.Store.
func (s *newestOnly) Refresh(token string) (store.Refresh, bool) {
	r, ok := s.Memory.Refresh(token)
	if ok && r.Type == store.Normal {
		r.Key = append([]byte("x"), r.Key...)
		s.PutRefresh(r)
	}
	return r, ok
}

// remembers is a store that goes on finding deleted sessions by their id, as a cache does.
type remembers struct {
	*store.Memory
	mu   sync.Mutex
	dead map[string]store.Refresh
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

// chained is a store in which the end of one session is the end of all of its user's.
type chained struct{ *store.Memory }

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

// namesakes is a store that keeps one long-lived token of each name.
type namesakes struct {
	*store.Memory
	mu          sync.Mutex
	known       []store.Refresh
	acrossUsers bool
}

// PutRefresh implements store.Store.
func (s *namesakes) PutRefresh(r store.Refresh) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.Type == store.LongLived {
		for _, old := range s.known {
			if old.Name == r.Name && (old.UserID == r.UserID || s.acrossUsers) && old.ID != r.ID {
				if s.acrossUsers {
					r.UserID = old.UserID
				} else {
					s.Delete(old.ID)
				}
			}
		}
		s.known = append(s.known, r)
	}
	s.Memory.PutRefresh(r)
}

// byAccess is a store that finds long-lived sessions by their access tokens.
type byAccess struct{ *store.Memory }

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

// linkKeeper is a store that keeps codes which are only linked.
type linkKeeper struct {
	*store.Memory
	options *mockserver.Options
	once    sync.Once
	mu      sync.Mutex
	linked  map[string]bool
}

// PutCode implements store.Store.
func (s *linkKeeper) PutCode(c store.Code) {
	s.once.Do(func() {
		s.linked = map[string]bool{}
		before := s.options.Policy.Request
		s.options.Policy.Request = func(r mock.Request) mock.Request {
			if r = before(r); linkRequest(r) {
				code, _ := decoded(r.Body)["code"].(string)
				s.mu.Lock()
				s.linked[code] = true
				s.mu.Unlock()
			}
			return r
		}
	})
	s.Memory.PutCode(c)
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

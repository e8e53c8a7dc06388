package mockprovider

import (
	"crypto/sha256"
	"slices"
	"sync"
	"time"
)

// Code is an authorization code.
type Code struct {
	AppID, Username, Redirect, Challenge, Scope string
	Resources                                   []string // of RFC 8707
	Me                                          string   // the hint of the request
	Issued                                      time.Time
}

const (
	maxApps   = 1000
	maxGrants = 300_000
	maxCodes  = 100_000
	maxKept   = 100 // tokens of one grant that are remembered, spent ones among them
)

// store keeps everything in memory. Secrets are kept as hashes. It is safe for concurrent use. Verbs are atomic; values
// go in and out; nothing is called back under its lock.
type store struct {
	mu      sync.Mutex
	users   []User
	apps    map[string]App
	codes   map[[32]byte]Code
	spent   map[[32]byte]string // code -> grant, to end it when the code comes again
	grants  map[string]*held
	access  map[[32]byte]Access
	refresh map[[32]byte]string // -> grant
	old     map[[32]byte]string // rotated away -> grant
	order   []string            // of grants, the oldest first
	fresh   [][32]byte          // codes, the oldest first
	evicted evicted
}

// evicted counts what was dropped to stay within the bounds.
type evicted struct {
	Codes  int `json:"codes"`
	Grants int `json:"grants"`
}

func (s *store) lost() evicted {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.evicted
}

func key(secret string) [32]byte { return sha256.Sum256([]byte(secret)) }

func (s *store) load(users []User, apps []App) error {
	s.mu.Lock()
	s.users, s.apps = slices.Clone(users), map[string]App{}
	s.codes, s.spent, s.grants = map[[32]byte]Code{}, map[[32]byte]string{}, map[string]*held{}
	s.access, s.refresh, s.old, s.order, s.fresh = map[[32]byte]Access{}, map[[32]byte]string{}, map[[32]byte]string{}, nil, nil
	s.evicted = evicted{}
	s.mu.Unlock()
	for _, a := range apps {
		if _, err := s.putApp(a); err != nil {
			return err
		}
	}
	return nil
}

func (s *store) putCode(value string, c Code) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.codes[key(value)] = c
	s.fresh = append(s.fresh, key(value))
	if len(s.fresh) > maxCodes {
		if _, there := s.codes[s.fresh[0]]; there {
			delete(s.codes, s.fresh[0])
			s.evicted.Codes++
		}
		s.fresh = s.fresh[1:]
	}
}

func (s *store) code(value string) (Code, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.codes[key(value)]
	return c, ok
}

// redeem takes a code, to one caller only, and opens the grant that it brings; forget false leaves the code.
func (s *store) redeem(code string, forget bool, g Grant) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := key(code)
	if _, ok := s.codes[k]; !ok {
		return false
	}
	if forget {
		delete(s.codes, k)
	}
	s.grants[g.ID] = &held{Grant: g, code: k}
	s.spent[k] = g.ID
	s.order = append(s.order, g.ID)
	for len(s.order) > maxGrants {
		if _, there := s.grants[s.order[0]]; there {
			s.end(s.order[0])
			s.evicted.Grants++
		}
		s.order = s.order[1:]
	}
	return true
}

// grantOfCode is the grant that a spent code has brought.
func (s *store) grantOfCode(value string) (string, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id, ok := s.spent[key(value)]
	return id, ok
}

package mockprovider

import "time"

// Grant is what a user allowed an app. It lives as long as its refresh token.
type Grant struct {
	ID, AppID, Username, Scope string
	Resources                  []string // of RFC 8707; nil: none was named
	Me                         string   // the hint of the request that brought it
	Used                       time.Time
}

// Access is an access token.
type Access struct {
	GrantID, AppID, Username, Scope string
	Resources                       []string // for which it is; nil: for any
	Expires                         time.Time
}

// held is a grant with everything that belongs to it, so that it ends as a whole.
type held struct {
	Grant
	code            [32]byte
	access, refresh [][32]byte
}

func (s *store) putTokens(g Grant, access string, a Access, refresh string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	kept, alive := s.grants[g.ID]
	if !alive {
		return // it ended meanwhile
	}
	kept.Grant = g
	s.access[key(access)] = a
	if kept.access = append(kept.access, key(access)); len(kept.access) > maxKept {
		delete(s.access, kept.access[0])
		kept.access = kept.access[1:]
	}
	if _, known := s.refresh[key(refresh)]; known {
		return
	}
	s.refresh[key(refresh)] = g.ID
	if kept.refresh = append(kept.refresh, key(refresh)); len(kept.refresh) > maxKept {
		delete(s.old, kept.refresh[0])
		kept.refresh = kept.refresh[1:]
	}
}

// takeRefresh finds the grant of a refresh token; rotate spends it. reused: it was spent before.
func (s *store) takeRefresh(token string, rotate bool) (g Grant, found, reused bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := key(token)
	if id, was := s.old[k]; was {
		kept, ok := s.grants[id]
		if !ok {
			return Grant{}, false, true
		}
		return kept.Grant, true, true
	}
	id, ok := s.refresh[k]
	if !ok {
		return Grant{}, false, false
	}
	if rotate {
		delete(s.refresh, k)
		s.old[k] = id
	}
	kept, ok := s.grants[id]
	if !ok {
		return Grant{}, false, false
	}
	return kept.Grant, true, false
}

// peekRefresh looks without spending.
func (s *store) peekRefresh(token string) (Grant, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	kept, ok := s.grants[s.refresh[key(token)]]
	if !ok {
		return Grant{}, false
	}
	return kept.Grant, true
}

func (s *store) accessToken(token string) (Access, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, ok := s.access[key(token)]
	return a, ok
}

func (s *store) dropAccess(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.access, key(token))
}

func (s *store) dropRefresh(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.refresh, key(token))
}

// endGrant ends a grant with all of its tokens.
func (s *store) endGrant(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.end(id)
}

func (s *store) end(id string) {
	kept, ok := s.grants[id]
	if !ok {
		return
	}
	delete(s.grants, id)
	delete(s.spent, kept.code)
	for _, k := range kept.access {
		delete(s.access, k)
	}
	for _, k := range kept.refresh {
		delete(s.refresh, k)
		delete(s.old, k)
	}
}

// grantsOf lists the grants of an app to a person; "" is any.
func (s *store) grantsOf(appID, username string) []Grant {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Grant
	for _, g := range s.grants {
		if (appID == "" || g.AppID == appID) && (username == "" || g.Username == username) {
			out = append(out, g.Grant)
		}
	}
	return out
}

// expire makes every access token old.
func (s *store) expire(now time.Time) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	for k, a := range s.access {
		a.Expires = now.Add(-time.Second)
		s.access[k] = a
	}
	return len(s.access)
}

package mockprovider

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/authconform/authconform/mock"
)

// allScopes are what apps may ask for.
var allScopes = []string{"profile", "devices:read", "devices:write"}

// User is a person with an account at the provider.
type User struct {
	Username string `json:"username"`
	Name     string `json:"name"`
	Password string `json:"password,omitempty"`
}

// DefaultUsers are those of a provider that was given no others. Their passwords are no secrets.
func DefaultUsers() []User {
	return []User{{"dora", "Dora (developer)", "dora-password"}, {"ben", "Ben", "ben-password"}}
}

// DemoApps are three clients of one redirect URL: two with a secret, one without. Their secrets are no secrets.
func DemoApps(redirect string) []App {
	return []App{
		{ID: "home", Secret: "home-secret-0123456789", Name: "My home", Owner: "dora", Redirects: []string{redirect}},
		{ID: "other", Secret: "other-secret-0123456789", Name: "Another home", Owner: "dora", Redirects: []string{redirect}},
		{ID: "phone", Name: "Phone", Owner: "dora", Redirects: []string{redirect}, Public: true},
	}
}

// App is a client: what a developer makes at the console.
type App struct {
	ID        string   `json:"client_id"`
	Secret    string   `json:"client_secret,omitempty"` // only on its way in
	Name      string   `json:"name"`
	Owner     string   `json:"owner,omitempty"` // user name of the developer
	Redirects []string `json:"redirect_uris"`
	Scopes    []string `json:"scopes,omitempty"` // nil: all
	Public    bool     `json:"public,omitempty"` // it has no secret

	hash [32]byte
}

func (a App) secretIs(secret string) bool {
	sum := sha256.Sum256([]byte(secret))
	return subtle.ConstantTimeCompare(sum[:], a.hash[:]) == 1
}

// Code is an authorization code.
type Code struct {
	AppID, Username, Redirect, Challenge, Scope string
	Issued                                      time.Time
}

// Grant is what a person allowed an app: it lives as long as its refresh token.
type Grant struct {
	ID, AppID, Username, Scope string
	Used                       time.Time
}

// Access is an access token.
type Access struct {
	GrantID, AppID, Username, Scope string
	Expires                         time.Time
}

const (
	maxApps   = 1000
	maxGrants = 300_000
	maxCodes  = 100_000
	maxKept   = 100 // tokens of one grant that are remembered, spent ones among them
)

// held is a grant and everything that hangs on it, so that it ends as a whole.
type held struct {
	Grant
	code            [32]byte
	access, refresh [][32]byte
}

// store keeps everything in memory. Secrets are kept as hashes. It is safe for concurrent use; values go in and out.
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
}

func key(secret string) [32]byte { return sha256.Sum256([]byte(secret)) }

func (s *store) load(users []User, apps []App) error {
	s.mu.Lock()
	s.users, s.apps = slices.Clone(users), map[string]App{}
	s.codes, s.spent, s.grants = map[[32]byte]Code{}, map[[32]byte]string{}, map[string]*held{}
	s.access, s.refresh, s.old, s.order, s.fresh = map[[32]byte]Access{}, map[[32]byte]string{}, map[[32]byte]string{}, nil, nil
	s.mu.Unlock()
	for _, a := range apps {
		if _, err := s.putApp(a); err != nil {
			return err
		}
	}
	return nil
}

var (
	errManyApps = errors.New("there are too many apps")
	errTakenApp = errors.New("the client id is taken")
)

// putApp adds an app; an empty id and secret are made up. The secret is in what is returned, once.
func (s *store) putApp(a App) (App, error) {
	if a.ID == "" {
		a.ID = "app-" + mock.Secret(8)
	}
	if a.Secret == "" && !a.Public {
		a.Secret = mock.Secret(24)
	}
	if a.Scopes == nil {
		a.Scopes = slices.Clone(allScopes)
	}
	a.hash = key(a.Secret)
	kept := a
	kept.Secret = ""
	kept.Redirects = slices.Clone(a.Redirects)
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, taken := s.apps[a.ID]; taken {
		return a, errTakenApp
	}
	if len(s.apps) >= maxApps {
		return a, errManyApps
	}
	s.apps[a.ID] = kept
	return a, nil
}

func (s *store) app(id string) (App, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, ok := s.apps[id]
	a.Redirects = slices.Clone(a.Redirects)
	return a, ok
}

// changeApp changes an app of an owner; false: there is none.
func (s *store) changeApp(id, owner string, change func(*App)) (App, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, ok := s.apps[id]
	if !ok || a.Owner != owner {
		return App{}, false
	}
	a.Redirects = slices.Clone(a.Redirects)
	change(&a)
	s.apps[id] = a
	return a, true
}

// dropApp forgets an app of an owner with everything that was granted to it.
func (s *store) dropApp(id, owner string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, ok := s.apps[id]
	if !ok || a.Owner != owner {
		return false
	}
	delete(s.apps, id)
	for grantID, g := range s.grants {
		if g.AppID == id {
			s.end(grantID)
		}
	}
	return true
}

// appsOf lists a developer's apps by name; "" lists all.
func (s *store) appsOf(owner string) []App {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []App{}
	for _, a := range s.apps {
		if owner == "" || a.Owner == owner {
			a.Redirects = slices.Clone(a.Redirects)
			list = append(list, a)
		}
	}
	slices.SortFunc(list, func(a, b App) int { return strings.Compare(a.Name+a.ID, b.Name+b.ID) })
	return list
}

// login finds the person of a name and password. An unknown name costs as much as a wrong password.
func (s *store) login(username, password string) (User, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, right := User{}, 0
	for _, u := range s.users {
		same := subtle.ConstantTimeCompare([]byte(u.Username), []byte(username))
		want, got := key(u.Password), key(password)
		if ok := same & subtle.ConstantTimeCompare(want[:], got[:]); ok == 1 {
			found, right = u, 1
		}
	}
	return found, right == 1
}

func (s *store) putCode(value string, c Code) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.codes[key(value)] = c
	s.fresh = append(s.fresh, key(value))
	if len(s.fresh) > maxCodes {
		delete(s.codes, s.fresh[0])
		s.fresh = s.fresh[1:]
	}
}

func (s *store) code(value string) (Code, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.codes[key(value)]
	return c, ok
}

// takeCode takes a code, once; forget false leaves it.
func (s *store) takeCode(value string, forget bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.codes[key(value)]
	if forget {
		delete(s.codes, key(value))
	}
	return ok
}

// grantOfCode is the grant that a spent code has brought.
func (s *store) grantOfCode(value string) (string, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id, ok := s.spent[key(value)]
	return id, ok
}

// open opens a grant for a code.
func (s *store) open(code string, g Grant) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.grants[g.ID] = &held{Grant: g, code: key(code)}
	s.spent[key(code)] = g.ID
	s.order = append(s.order, g.ID)
	for len(s.order) > maxGrants {
		s.end(s.order[0])
		s.order = s.order[1:]
	}
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

// grantsOf lists the grants that a test holds true for.
func (s *store) grantsOf(test func(Grant) bool) []Grant {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Grant
	for _, g := range s.grants {
		if test(g.Grant) {
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

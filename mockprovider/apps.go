package mockprovider

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"slices"
	"strings"

	"github.com/authconform/authconform/mock"
)

// allScopes are what apps may ask for.
var allScopes = []string{"profile", "devices:read", "devices:write"}

// User is a user with an account at the provider.
type User struct {
	Username string `json:"username"`
	Name     string `json:"name"`
	Password string `json:"password,omitempty"`
}

// DefaultUsers are a provider's default users. Their passwords are not secret.
func DefaultUsers() []User {
	return []User{{"dora", "Dora (developer)", "dora-password"}, {"ben", "Ben", "ben-password"}}
}

// ExposedUsers are the default users of a provider that other machines can reach: their passwords are random.
func ExposedUsers() []User {
	list := DefaultUsers()
	for i := range list {
		list[i].Password = mock.Secret(8)
	}
	return list
}

// DemoApps are three clients with the same redirect URL: two confidential, one public. Their secrets are well known.
func DemoApps(redirect string) []App {
	return []App{
		{ID: "home", Secret: "home-secret-0123456789", Name: "My home", Owner: "dora", Redirects: []string{redirect}},
		{ID: "other", Secret: "other-secret-0123456789", Name: "Another home", Owner: "dora", Redirects: []string{redirect}},
		{ID: "phone", Name: "Phone", Owner: "dora", Redirects: []string{redirect}, Public: true},
	}
}

// App is a client that a developer created at the console.
type App struct {
	ID        string   `json:"client_id"`
	Secret    string   `json:"client_secret,omitempty"` // only on its way in
	Name      string   `json:"name"`
	Owner     string   `json:"owner,omitempty"` // user name of the developer
	Redirects []string `json:"redirect_uris"`
	Scopes    []string `json:"scopes,omitempty"` // nil: all
	Public    bool     `json:"public,omitempty"` // it has no secret

	hash     [32]byte // of its secret
	manager  [32]byte // of the token that manages what registered itself
	revision int      // counts its changes
}

func (a App) secretIs(secret string) bool {
	sum := sha256.Sum256([]byte(secret))
	return subtle.ConstantTimeCompare(sum[:], a.hash[:]) == 1
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

// swapApp replaces an app by a changed one, if nobody has changed it since it was read.
func (s *store) swapApp(changed App) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now, ok := s.apps[changed.ID]; !ok || now.revision != changed.revision {
		return false
	}
	changed.revision++
	changed.Redirects = slices.Clone(changed.Redirects)
	s.apps[changed.ID] = changed
	return true
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

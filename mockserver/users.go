package mockserver

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/authconform/authconform/mock"
)

// User is a user of the home.
type User struct {
	ID       string `json:"id"`
	Username string `json:"username"`
	Name     string `json:"name"`
	Password string `json:"password,omitempty"` // only on its way in
	Admin    bool   `json:"is_admin"`
	Owner    bool   `json:"is_owner"`
	Inactive bool   `json:"inactive,omitempty"`
	System   bool   `json:"system_generated,omitempty"` // of the home itself: nobody logs in as it
	TOTP     string `json:"totp,omitempty"`             // base32 secret of the second factor; "" has none

	Groups    []string `json:"group_ids,omitempty"` // nil: the administrators' or the users', as Admin says
	LocalOnly bool     `json:"local_only,omitempty"`

	Accounts []Account `json:"accounts,omitempty"` // logins at command-line providers

	hash     []byte // of the password, salted
	revision int    // counts the user's changes
}

// DefaultUsers are the default users of a mock home: an owner, a plain user, an inactive one, and one
// with a second factor. Their passwords are not secret.
func DefaultUsers() []User {
	return []User{
		{Username: "owner", Name: "Olivia", Password: "owner-password", Admin: true, Owner: true},
		{Username: "ada", Name: "Ada", Password: "ada-password"},
		{Username: "ines", Name: "Ines (inactive)", Password: "ines-password", Inactive: true},
		{Username: "theo", Name: "Theo (two factors)", Password: "theo-password", TOTP: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"},
	}
}

// ExposedUsers are the default users of a home that other machines can reach: their secrets are random.
func ExposedUsers() []User {
	list := DefaultUsers()
	for i, u := range list {
		list[i].Password = mock.Secret(8)
		if u.TOTP != "" {
			list[i].TOTP = newTOTPSecret()
		}
	}
	return list
}

// users is the home's list of people. It is safe for concurrent use.
type users struct {
	mu   sync.Mutex
	byID map[string]User
	ids  []string
	none []byte // a hash that no password has: unknown names cost as much as known ones

	password func(string) string // what of a password is compared
}

// The groups of a home.
const (
	adminGroup    = "system-admin"
	userGroup     = "system-users"
	readOnlyGroup = "system-read-only"
)

// join puts a user into groups instead of those that they were in.
func (u *User) join(groups []string) {
	u.Groups, u.Admin = groups, u.Owner || slices.Contains(groups, adminGroup)
}

// groups are those of a user.
func (u User) groups() []string {
	switch {
	case u.Groups != nil:
		return u.Groups
	case u.Admin:
		return []string{adminGroup}
	}
	return []string{userGroup}
}

// login is the name that a user logs in with, here or at a command-line provider; "" for who cannot.
func (u User) login() string {
	if u.Username == "" && len(u.Accounts) > 0 {
		return u.Accounts[0].Username
	}
	return u.Username
}

// knownGroups tells whether a home has all these groups.
func knownGroups(groups []string) bool {
	return !slices.ContainsFunc(groups, func(g string) bool { return g != adminGroup && g != userGroup && g != readOnlyGroup })
}

func newUsers(password func(string) string) *users {
	return &users{none: hashPassword(mock.Secret(16)), password: password}
}

// load replaces everybody.
func (u *users) load(start []User) error {
	u.mu.Lock()
	u.byID, u.ids = map[string]User{}, nil
	u.mu.Unlock()
	for _, user := range start {
		if _, err := u.add(user); err != nil {
			return fmt.Errorf("user %q: %w", user.Username, err)
		}
	}
	return nil
}

var (
	errNoName = errors.New("no username")
	errTaken  = errors.New("the username is taken")
)

// add makes a user. Without a username it has no way to log in yet.
func (u *users) add(user User) (User, error) {
	if user.Username != "" {
		user.hash, user.Password = hashPassword(u.password(user.Password)), ""
	}
	if user.ID == "" {
		user.ID = mock.Secret(16)
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if user.Username != "" && u.named(user.Username) != "" {
		return User{}, errTaken
	}
	u.byID[user.ID] = user
	u.ids = append(u.ids, user.ID)
	return user, nil
}

// hashPassword is salted and fast: a mock's passwords are no secrets, and a judge should not wait.
func hashPassword(password string) []byte { return saltedHash([]byte(mock.Secret(8)), password) }

func saltedHash(salt []byte, password string) []byte {
	sum := sha256.Sum256(append(slices.Clone(salt), password...))
	return append(slices.Clone(salt), sum[:]...)
}

// matches compares in constant time.
func matches(hash []byte, password string) bool {
	return len(hash) > sha256.Size && subtle.ConstantTimeCompare(hash, saltedHash(hash[:len(hash)-sha256.Size], password)) == 1
}

func (u *users) named(username string) string {
	for id, user := range u.byID {
		if user.Username == username {
			return id
		}
	}
	return ""
}

// check finds the user of a name and password, whether active or not.
func (u *users) check(username, password string) (User, bool) {
	u.mu.Lock()
	user, ok := u.byID[u.named(username)]
	u.mu.Unlock()
	hash := user.hash
	if !ok {
		hash = u.none
	}
	match := matches(hash, u.password(password))
	return user, ok && match
}

func (u *users) get(id string) (User, bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	user, ok := u.byID[id]
	return user, ok
}

func (u *users) list() []User {
	u.mu.Lock()
	defer u.mu.Unlock()
	var out []User
	for _, id := range u.ids {
		out = append(out, u.byID[id])
	}
	return out
}

// change edits a user. Where others edit it at the same time, edit is called again.
func (u *users) change(id string, edit func(*User)) {
	for {
		user, ok := u.get(id)
		if !ok {
			return
		}
		edit(&user)
		if u.swap(user) {
			return
		}
	}
}

// swap replaces a user by a changed one, if nobody has changed them since they were read.
func (u *users) swap(changed User) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if now, ok := u.byID[changed.ID]; !ok || now.revision != changed.revision {
		return false
	}
	changed.revision++
	u.byID[changed.ID] = changed
	return true
}

// setLogin gives a user a name and password.
func (u *users) setLogin(id, username, password string) error {
	hash := hashPassword(u.password(password))
	u.mu.Lock()
	defer u.mu.Unlock()
	if username == "" {
		return errNoName
	}
	if u.named(username) != "" {
		return errTaken
	}
	user := u.byID[id]
	user.Username, user.hash = username, hash
	user.revision++
	u.byID[id] = user
	return nil
}

// setPassword gives a user another password.
func (u *users) setPassword(id, password string) {
	hash := hashPassword(u.password(password))
	u.change(id, func(u *User) { u.hash = hash })
}

// rename gives a user another name to log in with.
func (u *users) rename(id, username string) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.named(username) != "" {
		return errTaken
	}
	user := u.byID[id]
	user.Username = username
	user.revision++
	u.byID[id] = user
	return nil
}

// people are the users but those of the home itself.
func (u *users) people() []User {
	return slices.DeleteFunc(u.list(), func(user User) bool { return user.System })
}

func (u *users) remove(id string) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	_, ok := u.byID[id]
	delete(u.byID, id)
	u.ids = slices.DeleteFunc(u.ids, func(s string) bool { return s == id })
	return ok
}

// foldUsername strips and folds letter case.
func foldUsername(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

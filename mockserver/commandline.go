package mockserver

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver/store"
)

// The bounds of commands that check a login.
const (
	maxCommands    = 8 // at a time; further logins wait
	commandTime    = 10 * time.Second
	maxCommandMeta = 64 << 10
)

// proven is who a login showed to be there: a user, or the name of somebody new to the home, whom the code will make.
type proven struct {
	User
	account string // at a command-line provider; "" is a user that there is
	meta    userMeta
}

// userMeta is what a command says of a user.
type userMeta struct {
	Name  string
	Group string // "": administrators, as the real home has it
	Local bool
}

// askCommand logs in with a provider's command.
func (h *Home) askCommand(c *call, fl *flow, username, password string) (*proven, *mock.Answer) {
	username = h.Policy().CommandUser(username)
	if username == "" {
		return nil, h.again(fl, "invalid_auth", refusedByCommand+"no user name was typed")
	}
	said, err := h.command(c.Context(), *fl.Provider, username, password)
	if err != nil {
		return nil, h.again(fl, "invalid_auth", refusedByCommand+err.Error())
	}
	meta := userMeta{}
	if fl.Provider.Meta {
		meta = readMeta(said)
	}
	if !knownGroups(meta.groups()) {
		return nil, h.again(fl, "invalid_auth", refusedByCommand+"it names the unknown group "+meta.Group)
	}
	if u, known := h.users.ofAccount(Account{fl.Provider.Type, fl.Provider.ID, username}); known {
		return &proven{User: u}, nil
	}
	return &proven{account: username, meta: meta}, nil
}

// command runs the command of a provider and returns what it wrote. The error says how it ended, or why it did not run.
func (h *Home) command(ctx context.Context, p Provider, username, password string) ([]byte, error) {
	select {
	case h.commands <- struct{}{}:
		defer func() { <-h.commands }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if strings.ContainsRune(username+password, 0) {
		return nil, errors.New("a command's input cannot contain a NUL character")
	}
	ctx, cancel := context.WithTimeout(ctx, commandTime)
	defer cancel()
	words, env := h.Policy().Command(p, username, password)
	cmd := exec.CommandContext(ctx, words[0], words[1:]...) //nolint:gosec // whoever serves named it
	cmd.Env, cmd.WaitDelay = env, time.Second
	said := &limited{left: maxCommandMeta}
	cmd.Stdout, cmd.Stderr = said, io.Discard
	err := cmd.Run()
	var exited *exec.ExitError
	code := 0
	switch {
	case ctx.Err() != nil:
		return nil, fmt.Errorf("it took longer than %s", commandTime)
	case errors.As(err, &exited):
		code, err = exited.ExitCode(), fmt.Errorf("its exit code is %d", exited.ExitCode())
	case err != nil:
		code, err = -1, fmt.Errorf("it could not be run: %w", err)
	}
	if h.Policy().CommandPasses(code) {
		return said.Bytes(), nil
	}
	return nil, err
}

// commandOf is the strict way to run a command: as it stands, with nothing but the two in its environment.
func commandOf(p Provider, username, password string) (words, env []string) {
	return append([]string{p.Command}, p.Args...), []string{"username=" + username, "password=" + password}
}

// readMeta reads lines like "name = Ada"; other lines and "# comments" are skipped.
func readMeta(said []byte) userMeta {
	var m userMeta
	for line := range strings.Lines(string(said)) {
		key, value, ok := strings.Cut(strings.TrimSpace(line), "=")
		if !ok || !utf8.ValidString(line) || strings.HasPrefix(key, "#") {
			continue
		}
		value = strings.TrimSpace(value)
		switch strings.TrimSpace(key) {
		case "name":
			m.Name = value
		case "group":
			m.Group = value
		case "local_only":
			m.Local = value == "true"
		}
	}
	return m
}

func (m userMeta) groups() []string {
	if m.Group == "" {
		return []string{adminGroup}
	}
	return []string{m.Group}
}

// limited keeps the beginning of what is written to it.
type limited struct {
	bytes.Buffer
	left int
}

func (l *limited) Write(p []byte) (int, error) {
	n := min(len(p), l.left)
	l.left -= n
	_, _ = l.Buffer.Write(p[:n])
	return len(p), nil
}

// Account is a user's login with a command-line provider.
type Account struct {
	Type     string `json:"type"`
	ID       string `json:"id,omitempty"` // of the provider
	Username string `json:"username"`
}

// ofAccount finds the user of a login.
func (u *users) ofAccount(a Account) (User, bool) {
	for _, user := range u.list() {
		if slices.Contains(user.Accounts, a) {
			return user, true
		}
	}
	return User{}, false
}

func accountOf(c store.Code) Account { return Account{c.Provider, c.ProviderID, c.New.Account} }

// addAccount gives a user a login at a command-line provider. Nobody has it twice.
func (u *users) addAccount(id string, a Account) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	user, ok := u.byID[id]
	if !ok || u.taken(a) {
		return false
	}
	user.Accounts = append(slices.Clone(user.Accounts), a)
	user.revision++
	u.byID[id] = user
	return true
}

func (u *users) taken(a Account) bool {
	for _, user := range u.byID {
		if slices.Contains(user.Accounts, a) {
			return true
		}
	}
	return false
}

// welcome creates the user of a code. Of several codes for one account, the first creates it and the others are refused.
func (h *Home) welcome(c store.Code) (User, bool) {
	if len(h.users.list()) >= maxUsers {
		return User{}, false
	}
	user := User{Name: c.New.Name, LocalOnly: c.New.Local}
	user.join(userMeta{Group: c.New.Group}.groups())
	user, err := h.users.add(user)
	if err != nil {
		return User{}, false
	}
	if !h.users.addAccount(user.ID, accountOf(c)) {
		h.users.remove(user.ID)
		return User{}, false
	}
	return h.users.get(user.ID)
}

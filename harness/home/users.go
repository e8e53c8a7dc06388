package home

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/oauth"
)

// User is a user that the harness created, for rows that need another one.
type User struct {
	ID string
	oauth.Account
}

// OwnUsers is the name prefix of users that rows create. They come and go while other rows run.
const OwnUsers = "authconform "

// NewUser creates a user through the home's admin API: config/auth/create and config/auth_provider/homeassistant/create.
// The user is removed when the spec ends. The spec is not_run if the account may not create users.
func (h *Home) NewUser(ctx context.Context, name string) *User {
	return h.NewUserIn(ctx, name, "system-users")
}

// NewAdmin is like NewUser, but the user is an administrator, though not the owner.
func (h *Home) NewAdmin(ctx context.Context, name string) *User {
	return h.NewUserIn(ctx, name, "system-admin")
}

// NewUserIn creates a user in these groups.
func (h *Home) NewUserIn(ctx context.Context, name string, groups ...string) *User {
	u := h.BareUser(ctx, name, map[string]any{"group_ids": groups})
	h.GiveLogin(ctx, u, name)
	return u
}

// BareUser creates a user without a login, with further fields of config/auth/create.
func (h *Home) BareUser(ctx context.Context, name string, fields map[string]any) *User {
	if h.Facts.Provider.Type != "" {
		judge.Lacks(ctx, "admin", "%s", noLocalUsers)
	}
	admin := h.Admin(ctx)
	message := map[string]any{"name": OwnUsers + name + " " + h.Mark}
	maps.Copy(message, fields)
	judge.Secret(ctx, "mark", h.Mark)
	var made struct{ User struct{ ID string } }
	if err := admin.Call(ctx, "config/auth/create", message, &made); err != nil {
		judge.Block(ctx, "the home did not create a user: %v", err)
	}
	u := &User{ID: made.User.ID}
	h.mu.Lock()
	h.users[u.ID] = u
	h.mu.Unlock()
	judge.From(ctx).Cleanup(func(ctx context.Context) { _ = h.removeUser(ctx, u.ID) })
	return u
}

// GiveLogin gives a user a unique user name and password.
func (h *Home) GiveLogin(ctx context.Context, u *User, name string) {
	mark := strings.ToLower(rand.Text()[:8])
	u.Account = oauth.Account{Username: "authconform-" + name + "-" + mark, Password: rand.Text()}
	judge.Secret(ctx, "mark", mark)
	judge.Secret(ctx, "password", u.Password)
	err := h.Admin(ctx).Call(ctx, "config/auth_provider/homeassistant/create", map[string]any{
		"user_id": u.ID, "username": u.Username, "password": u.Password,
	}, nil)
	if err != nil {
		judge.Block(ctx, "the home did not set the new user's password: %v", err)
	}
}

// UserIDs lists the home's users.
func (h *Home) UserIDs(ctx context.Context) (ids []string) {
	var list []struct{ ID string }
	if err := h.Admin(ctx).Call(ctx, "config/auth/list", nil, &list); err != nil {
		judge.Block(ctx, "config/auth/list: %v", err)
	}
	for _, u := range list {
		ids = append(ids, u.ID)
	}
	return ids
}

// Owe removes a user that a login created when the spec ends.
func (h *Home) Owe(ctx context.Context, id string) {
	h.mu.Lock()
	h.users[id] = &User{ID: id}
	h.mu.Unlock()
	judge.From(ctx).Cleanup(func(ctx context.Context) { _ = h.removeUser(ctx, id) })
}

// Own is a socket with the user's own login.
func (h *Home) Own(ctx context.Context, u *User) *Socket {
	return h.Open(ctx, h.Tokens(ctx, Login{Account: &u.Account}).Access)
}

// Admin is a socket logged in with the run's account.
func (h *Home) Admin(ctx context.Context) *Socket {
	if !h.Facts.Admin {
		judge.Lacks(ctx, "admin", "the user may not manage users; set --user to an administrator")
	}
	return h.Open(ctx, h.Session(ctx).Access)
}

// Deactivate makes a user inactive (config/auth/update).
func (h *Home) Deactivate(ctx context.Context, u *User) { h.setActive(ctx, u, false) }

// Activate undoes Deactivate.
func (h *Home) Activate(ctx context.Context, u *User) { h.setActive(ctx, u, true) }

// Delete removes a user.
func (h *Home) Delete(ctx context.Context, u *User) {
	if err := h.removeUser(ctx, u.ID); err != nil {
		judge.Block(ctx, "%v", err)
	}
}

func (h *Home) setActive(ctx context.Context, u *User, active bool) {
	if err := h.Admin(ctx).Call(ctx, "config/auth/update", map[string]any{"user_id": u.ID, "is_active": active}, nil); err != nil {
		judge.Block(ctx, "the home did not change the user: %v", err)
	}
}

// EnrolTOTP sets up a second factor for the user with auth/setup_mfa, as with an authenticator app.
func (h *Home) EnrolTOTP(ctx context.Context, u *User) {
	own := h.Open(ctx, h.Tokens(ctx, Login{Account: &u.Account}).Access)
	var form struct {
		FlowID       string            `json:"flow_id"`
		Placeholders map[string]string `json:"description_placeholders"`
	}
	if err := own.Call(ctx, "auth/setup_mfa", map[string]any{"mfa_module_id": "totp"}, &form); err != nil {
		var refused *CommandError
		if errors.As(err, &refused) {
			judge.NotApplicable(ctx, "the home offers no TOTP module: %s", refused.Code)
		}
		judge.Block(ctx, "auth/setup_mfa: %v", err)
	}
	secret := form.Placeholders["code"]
	judge.Secret(ctx, "secret", secret)
	if oauth.TOTP(secret, h.Clock.Now()) == "" {
		judge.Block(ctx, "auth/setup_mfa shows no base32 secret in description_placeholders.code")
	}
	var done struct{ Type string }
	err := own.Call(ctx, "auth/setup_mfa", map[string]any{
		"flow_id": form.FlowID, "user_input": map[string]string{"code": oauth.TOTP(secret, h.Clock.Now())},
	}, &done)
	if err != nil || done.Type != "create_entry" {
		judge.Block(ctx, "the home did not accept the code of its own secret: %s %v", done.Type, err)
	}
	u.TOTPSecret = secret
}

func (h *Home) removeUser(ctx context.Context, id string) error {
	h.mu.Lock()
	_, there := h.users[id]
	h.mu.Unlock()
	if !there {
		return nil
	}
	var err error
	judge.Run(func() {
		err = h.Open(ctx, h.Session(ctx).Access).Call(ctx, "config/auth/delete", map[string]any{"user_id": id}, nil)
	})
	var refused *CommandError
	if err != nil && !errors.As(err, &refused) {
		return fmt.Errorf("user %s could not be removed: %w", id, err)
	}
	h.mu.Lock()
	delete(h.users, id)
	h.mu.Unlock()
	return nil
}

// TakeBackUsers removes the users with a run's mark: those of killed workers.
func (h *Home) TakeBackUsers(ctx context.Context, mark string) []string {
	if !h.Facts.Admin {
		return nil
	}
	var list []struct{ ID, Name string }
	err := judge.Attempt(ctx, func(ctx context.Context) {
		s := h.Open(ctx, h.Session(ctx).Access)
		defer s.Close()
		if err := s.Call(ctx, "config/auth/list", nil, &list); err != nil {
			judge.Block(ctx, "config/auth/list: %v", err)
		}
		for _, u := range list {
			if strings.HasPrefix(u.Name, "authconform ") && strings.Contains(u.Name, " "+mark+"-") {
				h.mu.Lock()
				h.users[u.ID] = &User{ID: u.ID}
				h.mu.Unlock()
			}
		}
		h.removeUsers(ctx)
	})
	if err != nil {
		return []string{"users of this run may remain at the target: " + err.Error()}
	}
	return nil
}

func (h *Home) removeUsers(ctx context.Context) {
	h.mu.Lock()
	var ids []string
	for id := range h.users {
		ids = append(ids, id)
	}
	h.mu.Unlock()
	for _, id := range ids {
		_ = h.removeUser(ctx, id)
	}
}

package mockserver

import (
	"crypto/rand"
	"encoding/base32"
	"slices"
	"strings"

	"github.com/authconform/authconform/mock"
)

// userJSON is a user as config/auth/* shows it.
func userJSON(u User) map[string]any {
	groups := []string{"system-users"}
	if u.Admin {
		groups = []string{"system-admin"}
	}
	return map[string]any{
		"id": u.ID, "username": orNull(u.Username), "name": u.Name, "is_owner": u.Owner, "is_active": !u.Inactive, "local_only": false,
		"system_generated": false, "group_ids": groups, "credentials": []any{map[string]string{"type": "homeassistant"}},
	}
}

func listUsers(k *socket, _ map[string]any) (any, *commandError) {
	list := []any{}
	for _, u := range k.home.users.list() {
		list = append(list, userJSON(u))
	}
	return list, nil
}

const maxUsers = 1000

func createUser(k *socket, m map[string]any) (any, *commandError) {
	name, ok := m["name"].(string)
	if !ok {
		return nil, badFormat("name is wanted")
	}
	if len(k.home.users.list()) >= maxUsers {
		return nil, &commandError{"unknown_error", "Too many users"}
	}
	u, err := k.home.users.add(User{Name: name, Admin: admins(m)})
	if err != nil {
		return nil, &commandError{"unknown_error", err.Error()}
	}
	return map[string]any{"user": userJSON(u)}, nil
}

func admins(m map[string]any) bool {
	groups, _ := m["group_ids"].([]any)
	return slices.Contains(groups, any("system-admin"))
}

// someone finds the user that a message names.
func (k *socket) someone(m map[string]any) (User, *commandError) {
	id, ok := m["user_id"].(string)
	if !ok {
		return User{}, badFormat("user_id is wanted")
	}
	u, found := k.home.users.get(id)
	if !found {
		return u, &commandError{"not_found", "User not found"}
	}
	return u, nil
}

func updateUser(k *socket, m map[string]any) (any, *commandError) {
	u, err := k.someone(m)
	if err != nil {
		return nil, err
	}
	active, given := m["is_active"].(bool)
	if given && !active && u.Owner {
		return nil, &commandError{"cannot_deactivate_owner", "Unable to deactivate owner."}
	}
	k.home.users.change(u.ID, func(u *User) {
		if name, ok := m["name"].(string); ok {
			u.Name = name
		}
		if given {
			u.Inactive = !active
		}
		if _, ok := m["group_ids"]; ok {
			u.Admin = admins(m)
		}
	})
	if given && !active {
		for _, r := range k.home.store.OfUser(u.ID) {
			k.home.endSession(r.ID, EndDeactivated)
		}
	}
	u, _ = k.home.users.get(u.ID)
	return map[string]any{"user": userJSON(u)}, nil
}

func deleteUser(k *socket, m map[string]any) (any, *commandError) {
	u, err := k.someone(m)
	switch {
	case err != nil:
		return nil, err
	case u.ID == k.who.User.ID:
		return nil, &commandError{"no_delete_self", "Unable to delete your own account"}
	}
	k.home.dismiss(u.ID)
	return nil, nil
}

// dismiss removes a user with everything of theirs.
func (h *Home) dismiss(id string) {
	h.users.remove(id)
	for _, r := range h.store.OfUser(id) {
		h.endSession(r.ID, EndUserDeleted)
	}
}

func createLogin(k *socket, m map[string]any) (any, *commandError) {
	u, err := k.someone(m)
	username, ok1 := m["username"].(string)
	password, ok2 := m["password"].(string)
	switch {
	case err != nil:
		return nil, err
	case !ok1 || !ok2:
		return nil, badFormat("username and password are wanted")
	case username != k.home.Policy.Username(username):
		return nil, &commandError{"username_not_normalized", "The username is not normalized"}
	}
	if err := k.home.users.setLogin(u.ID, username, password); err != nil {
		return nil, &commandError{"username_exists", err.Error()}
	}
	return nil, nil
}

func deleteLogin(k *socket, m map[string]any) (any, *commandError) {
	username, _ := m["username"].(string)
	for _, u := range k.home.users.list() {
		if u.Username == username && username != "" {
			k.home.users.change(u.ID, func(u *User) { u.Username, u.hash = "", nil })
			return nil, nil
		}
	}
	return nil, &commandError{"auth_not_found", "Given username was not found."}
}

func changePassword(k *socket, m map[string]any) (any, *commandError) {
	current, _ := m["current_password"].(string)
	next, ok := m["new_password"].(string)
	if _, right := k.home.users.check(k.who.User.Username, current); !right || !ok {
		return nil, &commandError{"invalid_current_password", "Invalid current password"}
	}
	return k.setPassword(k.who.User.ID, next)
}

func adminChangePassword(k *socket, m map[string]any) (any, *commandError) {
	u, err := k.someone(m)
	next, ok := m["password"].(string)
	switch {
	case err != nil:
		return nil, err
	case !ok:
		return nil, badFormat("password is wanted")
	case !k.who.User.Owner:
		return nil, &commandError{"unauthorized", "Unauthorized"}
	}
	return k.setPassword(u.ID, next)
}

func (k *socket) setPassword(id, password string) (any, *commandError) {
	hash := hashPassword(password)
	k.home.users.change(id, func(u *User) { u.hash = hash })
	return nil, nil
}

// setupMFA enrols a second factor: first the secret is shown, then a code of it is asked for.
func setupMFA(k *socket, m map[string]any) (any, *commandError) {
	if module, ok := m["mfa_module_id"].(string); ok {
		if module != "totp" {
			return nil, &commandError{"no_module", "MFA module " + module + " not found"}
		}
		raw := make([]byte, 20)
		_, _ = rand.Read(raw) // never fails
		key, id := base32.StdEncoding.EncodeToString(raw), mock.Secret(16)
		k.setups[id] = key
		return setupForm(id, key, nil), nil
	}
	id, _ := m["flow_id"].(string)
	key, ok := k.setups[id]
	if !ok {
		return nil, &commandError{"no_flow", "No such setup"}
	}
	input, _ := m["user_input"].(map[string]any)
	code, _ := input["code"].(string)
	if !k.home.Policy.TOTP(key, strings.TrimSpace(code), true, k.home.now()) {
		return setupForm(id, key, map[string]string{"base": "invalid_code"}), nil
	}
	delete(k.setups, id)
	k.home.users.change(k.who.User.ID, func(u *User) { u.TOTP = key })
	return map[string]any{
		"type": "create_entry", "flow_id": id, "handler": "totp", "description": nil, "description_placeholders": nil,
	}, nil
}

func setupForm(id, key string, errs map[string]string) map[string]any {
	if errs == nil {
		errs = map[string]string{}
	}
	return map[string]any{
		"type": "form", "flow_id": id, "handler": "totp", "step_id": "init", "errors": errs,
		"data_schema":              []any{map[string]any{"type": "string", "name": "code", "required": true}},
		"description_placeholders": map[string]string{"code": key, "url": "otpauth://totp/Mock%20home?secret=" + key, "qr_code": ""},
	}
}

func deposeMFA(k *socket, m map[string]any) (any, *commandError) {
	if module, _ := m["mfa_module_id"].(string); module != "totp" {
		return nil, &commandError{"disable_failed", "Cannot disable MFA Module"}
	}
	k.home.users.change(k.who.User.ID, func(u *User) { u.TOTP = "" })
	return "done", nil
}

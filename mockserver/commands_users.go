package mockserver

import "github.com/authconform/authconform/mockserver/store"

// userJSON is a user as config/auth/* shows it.
func userJSON(u User) map[string]any {
	logins := []any{}
	if u.Username != "" {
		logins = append(logins, map[string]string{"type": "homeassistant"})
	}
	for _, a := range u.Accounts {
		logins = append(logins, map[string]string{"type": a.Type})
	}
	return map[string]any{
		"id": u.ID, "username": orNull(u.Username), "name": u.Name, "is_owner": u.Owner, "is_active": !u.Inactive,
		"local_only": u.LocalOnly, "system_generated": u.System, "group_ids": u.groups(), "credentials": logins,
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

var noSuchGroup = &commandError{"unknown_error", "Unknown error"}

func createUser(k *socket, m map[string]any) (any, *commandError) {
	if len(k.home.users.list()) >= maxUsers {
		return nil, &commandError{"unknown_error", "Too many users"}
	}
	u := User{Name: text(m, "name"), LocalOnly: m["local_only"] == true}
	if u.join(k.home.Policy().Groups(texts(m, "group_ids"))); !knownGroups(u.Groups) {
		return nil, noSuchGroup
	}
	u, err := k.home.users.add(u)
	if err != nil {
		return nil, &commandError{"unknown_error", err.Error()}
	}
	return map[string]any{"user": userJSON(u)}, nil
}

// whom finds the user that a command is about, if the caller may run it. The answers differ where there is no such user.
func (k *socket) whom(m map[string]any, unknown string) (User, *commandError) {
	u, found := k.home.users.get(text(m, "user_id"))
	if !found {
		return u, &commandError{unknown, "User not found"}
	}
	return u, k.may(m, u)
}

// may is why the caller may not do something to a user.
func (k *socket) may(m map[string]any, u User) *commandError {
	if code := k.home.Policy().Manages(Managing{text(m, "type"), k.user(), u, m["is_active"] == false}); code != "" {
		return &commandError{code, refusedManaging[code]}
	}
	return nil
}

func updateUser(k *socket, m map[string]any) (any, *commandError) {
	u, err := k.whom(m, "not_found")
	if err != nil {
		return nil, err
	}
	if !knownGroups(texts(m, "group_ids")) {
		return nil, noSuchGroup
	}
	k.home.users.change(u.ID, func(u *User) {
		if name, given := m["name"].(string); given {
			u.Name = name
		}
		if active, given := m["is_active"].(bool); given {
			u.Inactive = !active
		}
		if local, given := m["local_only"].(bool); given {
			u.LocalOnly = local
		}
		if _, given := m["group_ids"]; given {
			u.join(texts(m, "group_ids"))
		}
	})
	if m["is_active"] == false {
		k.home.endSessions(u.ID, EndDeactivated)
	}
	if _, given := m["group_ids"]; given {
		k.home.endSessions(u.ID, EndRights)
	}
	u, _ = k.home.users.get(u.ID)
	return map[string]any{"user": userJSON(u)}, nil
}

func deleteUser(k *socket, m map[string]any) (any, *commandError) {
	u, err := k.whom(m, "not_found")
	if err != nil {
		return nil, err
	}
	k.home.dismiss(u.ID)
	return nil, nil
}

// dismiss removes a user and everything that belongs to them.
func (h *Home) dismiss(id string) {
	h.users.remove(id)
	h.endSessions(id, EndUserDeleted)
}

// endSessions ends a user's sessions if the reason does so.
func (h *Home) endSessions(userID string, why End) {
	for _, r := range h.store.OfUser(userID) {
		h.endSession(r.ID, why)
	}
}

func createLogin(k *socket, m map[string]any) (any, *commandError) {
	u, err := k.whom(m, "not_found")
	username := text(m, "username")
	switch {
	case err != nil:
		return nil, err
	case username != k.home.Policy().Username(username):
		return nil, notNormalized
	}
	if err := k.home.users.setLogin(u.ID, username, text(m, "password")); err != nil {
		return nil, usernameTaken
	}
	return nil, nil
}

var (
	notNormalized = &commandError{"home_assistant_error", "The username is not normalized"}
	usernameTaken = &commandError{"home_assistant_error", "The username already exists"}
)

func deleteLogin(k *socket, m map[string]any) (any, *commandError) {
	username := k.home.Policy().Username(text(m, "username"))
	for _, u := range k.home.users.list() {
		if u.Username != username || username == "" {
			continue
		}
		if err := k.may(m, u); err != nil {
			return nil, err
		}
		k.home.users.change(u.ID, func(u *User) { u.Username, u.hash = "", nil })
		return k.home.endLogins(u.ID), nil
	}
	return nil, &commandError{"home_assistant_error", "User not found"}
}

// endLogins ends the sessions that a user opened by logging in; their sockets close when the command was answered.
func (h *Home) endLogins(userID string) followUp {
	var ended []string
	for _, r := range h.store.OfUser(userID) {
		if r.Type == store.Normal {
			h.deleteSession(r.ID, EndLoginDeleted)
			ended = append(ended, r.ID)
		}
	}
	return followUp{then: func() {
		for _, id := range ended {
			h.closeSockets(id, EndLoginDeleted)
		}
	}}
}

func changePassword(k *socket, m map[string]any) (any, *commandError) {
	u := k.user()
	if u.Username == "" {
		return nil, noLogin
	}
	if _, right := k.home.users.check(u.Username, text(m, "current_password")); k.home.Policy().CurrentPassword() && !right {
		return nil, &commandError{"invalid_current_password", "Invalid current password"}
	}
	return k.setPassword(u.ID, text(m, "new_password"))
}

var noLogin = &commandError{"credentials_not_found", "Credentials not found"}

func adminChangePassword(k *socket, m map[string]any) (any, *commandError) {
	u, err := k.whom(m, "user_not_found")
	switch {
	case err != nil:
		return nil, err
	case u.Username == "":
		return nil, noLogin
	}
	return k.setPassword(u.ID, text(m, "password"))
}

func (k *socket) setPassword(id, password string) (any, *commandError) {
	k.home.users.setPassword(id, password)
	return followUp{then: func() { k.home.endSessions(id, EndPassword) }}, nil
}

func adminChangeUsername(k *socket, m map[string]any) (any, *commandError) {
	u, err := k.whom(m, "user_not_found")
	username := text(m, "username")
	switch {
	case err != nil:
		return nil, err
	case u.Username == "":
		return nil, noLogin
	case username != k.home.Policy().Username(username):
		return nil, notNormalized
	}
	if err := k.home.users.rename(u.ID, username); err != nil {
		return nil, usernameTaken
	}
	return nil, nil
}

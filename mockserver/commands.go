package mockserver

import (
	"maps"
	"strings"
	"time"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver/core"
	"github.com/authconform/authconform/mockserver/store"
)

// command is one WebSocket command.
type command struct {
	fields fields
	admin  bool
	do     func(*socket, map[string]any) (any, *commandError)
}

type commandError struct{ code, text string }

func badFormat(text string) *commandError { return &commandError{"invalid_format", text} }

// commands is the whole list, by type.
var commands = map[string]command{}

func init() {
	for _, list := range []map[string]command{ownCommands, frontendCommands(), registryCommands()} {
		maps.Copy(commands, list)
	}
}

var ownCommands = map[string]command{
	"ping":               {},
	"supported_features": {fields: fields{"features": "any!"}, do: supportedFeatures},
	"get_config":         {do: func(k *socket, _ map[string]any) (any, *commandError) { return k.home.config(), nil }},
	"get_states":         {do: func(k *socket, _ map[string]any) (any, *commandError) { return k.home.states(), nil }},
	"get_services":       {do: func(*socket, map[string]any) (any, *commandError) { return core.Services(), nil }},
	"subscribe_entities": {fields: fields{"entity_ids": "texts", "include": "any", "exclude": "any"}, do: subscribeEntities},
	"subscribe_trigger":  {admin: true, fields: fields{"trigger": "any!", "variables": "any"}, do: subscribeTrigger},
	"fire_event":         {admin: true, fields: fields{"event_type": "text!", "event_data": "any"}, do: fireEvent},
	"subscribe_events":   {fields: fields{"event_type": "text"}, do: subscribe},
	"unsubscribe_events": {fields: fields{"subscription": "whole!"}, do: unsubscribe},
	"call_service":       {fields: fields{"domain": "text!", "service": "text!", "*": ""}, do: callService},

	"auth/current_user":              {do: currentUser},
	"auth/refresh_tokens":            {do: refreshTokens},
	"auth/delete_refresh_token":      {fields: fields{"refresh_token_id": "text!"}, do: deleteRefreshToken},
	"auth/delete_all_refresh_tokens": {fields: fields{"token_type": "text", "delete_current_token": "flag"}, do: deleteAllRefreshTokens},
	"auth/refresh_token_set_expiry":  {fields: fields{"refresh_token_id": "text!", "enable_expiry": "flag!"}, do: setExpiry},
	"auth/long_lived_access_token":   {fields: fields{"lifespan": "whole!", "client_name": "text!", "client_icon": "text"}, do: longLived},
	"auth/sign_path":                 {fields: fields{"path": "text!", "expires": "whole"}, do: signPath},
	"auth/setup_mfa":                 {fields: fields{"mfa_module_id": "text", "flow_id": "text", "user_input": "any"}, do: setupMFA},
	"auth/depose_mfa":                {fields: fields{"mfa_module_id": "text!"}, do: deposeMFA},

	"application_credentials/config":       {do: credentialConfig},
	"application_credentials/list":         {admin: true, do: credentialList},
	"application_credentials/create":       {admin: true, fields: credentialFields, do: credentialCreate},
	"application_credentials/update":       {admin: true, fields: fields{"*": ""}, do: credentialUpdate},
	"application_credentials/delete":       {admin: true, fields: fields{"application_credentials_id": "any"}, do: credentialDelete},
	"application_credentials/config_entry": {admin: true, fields: fields{"config_entry_id": "any"}, do: credentialOf},
	"application_credentials/subscribe":    {admin: true, do: nothing},
	"config_entries/flow/progress":         {admin: true, do: flowProgress},

	"config/auth/list":   {admin: true, do: listUsers},
	"config/auth/create": {admin: true, fields: fields{"name": "text!", "group_ids": "texts", "local_only": "flag"}, do: createUser},
	"config/auth/update": {admin: true, fields: fields{
		"user_id": "text!", "name": "text", "is_active": "flag", "group_ids": "texts", "local_only": "flag",
	}, do: updateUser},
	"config/auth/delete": {admin: true, fields: fields{"user_id": "text!"}, do: deleteUser},

	loginCreate: {admin: true, fields: fields{"user_id": "text!", "username": "text!", "password": "text!"}, do: createLogin},
	loginDelete: {admin: true, fields: fields{"username": "text!"}, do: deleteLogin},
	ownPassword: {fields: fields{"current_password": "text!", "new_password": "text!"}, do: changePassword},
	anyPassword: {admin: true, fields: fields{"user_id": "text!", "password": "text!"}, do: adminChangePassword},
	anyUsername: {admin: true, fields: fields{"user_id": "text!", "username": "text!"}, do: adminChangeUsername},
}

// The commands about local logins.
const (
	loginCreate = "config/auth_provider/homeassistant/create"
	loginDelete = "config/auth_provider/homeassistant/delete"
	ownPassword = "config/auth_provider/homeassistant/change_password"
	anyPassword = "config/auth_provider/homeassistant/admin_change_password"
	anyUsername = "config/auth_provider/homeassistant/admin_change_username"
)

// supportedFeatures takes what a client understands: several messages as one list.
func supportedFeatures(k *socket, m map[string]any) (any, *commandError) {
	features, _ := m["features"].(map[string]any)
	if n, _ := features["coalesce_messages"].(float64); n >= 1 {
		return followUp{then: k.out.coalesce}, nil
	}
	return nil, nil
}

func nothing(*socket, map[string]any) (any, *commandError) { return nil, nil }

func currentUser(k *socket, _ map[string]any) (any, *commandError) {
	u := k.user()
	return map[string]any{
		"id": u.ID, "name": u.Name, "is_owner": u.Owner, "is_admin": u.Admin,
		"credentials": []any{map[string]any{"auth_provider_type": "homeassistant", "auth_provider_id": nil}},
		"mfa_modules": []any{map[string]any{"id": "totp", "name": "Authenticator app", "enabled": u.TOTP != ""}},
	}, nil
}

func refreshTokens(k *socket, _ map[string]any) (any, *commandError) {
	list := []map[string]any{}
	for _, r := range k.home.store.OfUser(k.who.User.ID) {
		v := map[string]any{
			"id": r.ID, "client_id": orNull(r.ClientID), "client_name": orNull(r.Name), "client_icon": nil, "type": string(r.Type),
			"created_at": stamp(r.Created), "last_used_at": stamp(r.Used), "last_used_ip": orNull(r.UsedIP),
			"expire_at": nil, "is_current": r.ID == k.who.Refresh.ID, "auth_provider_type": orNull(r.Provider),
		}
		if r.Type == store.Normal && !r.NoExpiry {
			v["expire_at"] = stamp(r.Used.Add(k.home.Policy().RefreshIdleTTL()))
		}
		list = append(list, v)
	}
	return list, nil
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// own finds the caller's refresh token by the id in the message.
func (k *socket) own(m map[string]any) (store.Refresh, *commandError) {
	r, found := k.home.store.RefreshByID(text(m, "refresh_token_id"))
	if !found || !k.home.Policy().OwnSession(r, k.user()) {
		return r, &commandError{"invalid_token_id", "Received invalid token"}
	}
	return r, nil
}

// empty is the result of commands that return nothing.
var empty = map[string]any{}

func deleteRefreshToken(k *socket, m map[string]any) (any, *commandError) {
	r, err := k.own(m)
	if err != nil {
		return nil, err
	}
	k.home.deleteSession(r.ID, EndDeleted)
	return followUp{result: empty, then: func() { k.home.closeSockets(r.ID, EndDeleted) }}, nil
}

func deleteAllRefreshTokens(k *socket, m map[string]any) (any, *commandError) {
	kind, _ := m["token_type"].(string)
	current, given := m["delete_current_token"].(bool)
	var ended []string
	for _, r := range k.home.store.OfUser(k.who.User.ID) {
		if (kind != "" && string(r.Type) != kind) || (r.ID == k.who.Refresh.ID && given && !current) {
			continue
		}
		k.home.deleteSession(r.ID, EndAllDeleted)
		ended = append(ended, r.ID)
	}
	return followUp{result: empty, then: func() {
		for _, id := range ended {
			k.home.closeSockets(id, EndAllDeleted)
		}
	}}, nil
}

func setExpiry(k *socket, m map[string]any) (any, *commandError) {
	r, err := k.own(m)
	if err != nil {
		return nil, err
	}
	r.NoExpiry = m["enable_expiry"] == false
	k.home.store.PutRefresh(r)
	return empty, nil
}

// longLived creates a token for the requested number of days; its name is unique for the user.
func longLived(k *socket, m map[string]any) (any, *commandError) {
	name := text(m, "client_name")
	days, _ := m["lifespan"].(float64)
	if name == "" {
		return nil, &commandError{"unknown_error", "Unknown error"}
	}
	if !k.home.Policy().Lifespan(days) {
		return nil, &commandError{"unknown_error", "Unknown error"}
	}
	for _, r := range k.home.store.OfUser(k.who.User.ID) {
		if k.home.Policy().NameTaken(r, name) {
			return nil, &commandError{"unknown_error", "Unknown error"}
		}
	}
	now := k.home.now()
	r := store.Refresh{
		ID: mock.Secret(16), Token: k.home.Policy().NewRefresh(), Key: []byte(mock.Secret(32)), Name: name, Type: store.LongLived,
		UserID: k.who.User.ID, Created: now, Used: now, TTL: time.Duration(days) * 24 * time.Hour,
	}
	k.home.store.PutRefresh(r)
	return k.home.signAccess(r), nil
}

func signPath(k *socket, m map[string]any) (any, *commandError) {
	path := text(m, "path")
	ttl := k.home.Policy().SignedPathTTL()
	if seconds, given := m["expires"].(float64); given {
		ttl = time.Duration(seconds) * time.Second
	}
	if !strings.HasPrefix(path, "/") {
		return nil, badFormat("path is required and starts with /")
	}
	signed, err := k.home.signPath(k.who.Refresh, path, ttl)
	if err != nil {
		return nil, badFormat("path is not a valid path")
	}
	return map[string]string{"path": signed}, nil
}

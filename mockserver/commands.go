package mockserver

import (
	"slices"
	"strings"
	"time"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver/store"
)

// command is one WebSocket command.
type command struct {
	fields []string // that it allows; "*" allows any
	admin  bool
	do     func(*socket, map[string]any) (any, *commandError)
}

func (c command) allows(name string) bool {
	return slices.Contains(c.fields, name) || slices.Contains(c.fields, "*")
}

type commandError struct{ code, text string }

func badFormat(text string) *commandError { return &commandError{"invalid_format", text} }

// commands is the whole list, by type.
var commands = map[string]command{
	"ping":               {},
	"supported_features": {fields: []string{"features"}, do: nothing},
	"get_config":         {do: func(k *socket, _ map[string]any) (any, *commandError) { return k.home.config(), nil }},
	"get_states":         {do: func(k *socket, _ map[string]any) (any, *commandError) { return k.home.states(), nil }},
	"get_services":       {do: func(*socket, map[string]any) (any, *commandError) { return services, nil }},
	"get_panels":         {do: func(*socket, map[string]any) (any, *commandError) { return map[string]any{}, nil }},
	"subscribe_events":   {fields: []string{"event_type"}, do: subscribe},
	"unsubscribe_events": {fields: []string{"subscription"}, do: unsubscribe},
	"call_service":       {fields: []string{"domain", "service", "service_data", "target", "return_response"}, do: callService},

	"auth/current_user":              {do: currentUser},
	"auth/refresh_tokens":            {do: refreshTokens},
	"auth/delete_refresh_token":      {fields: []string{"refresh_token_id"}, do: deleteRefreshToken},
	"auth/delete_all_refresh_tokens": {fields: []string{"token_type", "delete_current_token"}, do: deleteAllRefreshTokens},
	"auth/refresh_token_set_expiry":  {fields: []string{"refresh_token_id", "enable_expiry"}, do: setExpiry},
	"auth/long_lived_access_token":   {fields: []string{"lifespan", "client_name", "client_icon"}, do: longLived},
	"auth/sign_path":                 {fields: []string{"path", "expires"}, do: signPath},
	"auth/setup_mfa":                 {fields: []string{"mfa_module_id", "flow_id", "user_input"}, do: setupMFA},
	"auth/depose_mfa":                {fields: []string{"mfa_module_id"}, do: deposeMFA},

	"application_credentials/config":       {do: credentialConfig},
	"application_credentials/list":         {admin: true, do: credentialList},
	"application_credentials/create":       {admin: true, fields: credentialFields, do: credentialCreate},
	"application_credentials/update":       {admin: true, fields: []string{"*"}, do: credentialUpdate},
	"application_credentials/delete":       {admin: true, fields: []string{"application_credentials_id"}, do: credentialDelete},
	"application_credentials/config_entry": {admin: true, fields: []string{"config_entry_id"}, do: credentialOf},
	"application_credentials/subscribe":    {admin: true, do: nothing},
	"config_entries/flow/progress":         {admin: true, do: flowProgress},

	"config/auth/list":   {admin: true, do: listUsers},
	"config/auth/create": {admin: true, fields: []string{"name", "group_ids", "local_only"}, do: createUser},
	"config/auth/update": {admin: true, fields: []string{"user_id", "name", "is_active", "group_ids", "local_only"}, do: updateUser},
	"config/auth/delete": {admin: true, fields: []string{"user_id"}, do: deleteUser},

	localLogin + "create":                {admin: true, fields: []string{"user_id", "username", "password"}, do: createLogin},
	localLogin + "delete":                {admin: true, fields: []string{"username"}, do: deleteLogin},
	localLogin + "change_password":       {fields: []string{"current_password", "new_password"}, do: changePassword},
	localLogin + "admin_change_password": {admin: true, fields: []string{"user_id", "password"}, do: adminChangePassword},
}

const localLogin = "config/auth_provider/homeassistant/"

func nothing(*socket, map[string]any) (any, *commandError) { return nil, nil }

func callService(k *socket, m map[string]any) (any, *commandError) {
	domain, _ := m["domain"].(string)
	service, _ := m["service"].(string)
	data, _ := m["service_data"].(map[string]any)
	if data == nil {
		data = map[string]any{}
	}
	if target, ok := m["target"].(map[string]any); ok {
		data["entity_id"] = target["entity_id"]
	}
	if _, ok := k.home.act(k.ctx, domain, service, data); !ok {
		return nil, &commandError{"not_found", "Service " + domain + "." + service + " not found."}
	}
	return map[string]any{"context": map[string]any{"id": mock.Secret(16), "parent_id": nil, "user_id": k.who.User.ID}}, nil
}

func currentUser(k *socket, _ map[string]any) (any, *commandError) {
	u, ok := k.home.users.get(k.who.User.ID)
	if !ok {
		u = k.who.User
	}
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
			v["expire_at"] = stamp(r.Used.Add(k.home.Policy.RefreshIdleTTL()))
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

// own finds a refresh token of the caller's by the id in the message.
func (k *socket) own(m map[string]any) (store.Refresh, *commandError) {
	id, ok := m["refresh_token_id"].(string)
	if !ok {
		return store.Refresh{}, badFormat("refresh_token_id is wanted")
	}
	r, found := k.home.store.RefreshByID(id)
	if !found || !k.home.Policy.OwnSession(r, k.who.User.ID) {
		return r, &commandError{"invalid_token_id", "Received invalid token"}
	}
	return r, nil
}

func deleteRefreshToken(k *socket, m map[string]any) (any, *commandError) {
	r, err := k.own(m)
	if err != nil {
		return nil, err
	}
	k.home.deleteSession(r.ID, EndDeleted)
	return followUp{func() { k.home.closeSockets(r.ID, EndDeleted) }}, nil
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
	return followUp{func() {
		for _, id := range ended {
			k.home.closeSockets(id, EndAllDeleted)
		}
	}}, nil
}

func setExpiry(k *socket, m map[string]any) (any, *commandError) {
	r, err := k.own(m)
	enable, ok := m["enable_expiry"].(bool)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, badFormat("enable_expiry is wanted")
	}
	r.NoExpiry = !enable
	k.home.store.PutRefresh(r)
	return nil, nil
}

// longLived makes a token for as many days as asked; its name is unique among the user's.
func longLived(k *socket, m map[string]any) (any, *commandError) {
	name, ok := m["client_name"].(string)
	days, isNumber := m["lifespan"].(float64)
	if !ok || !isNumber || name == "" || days != float64(int(days)) {
		return nil, badFormat("client_name and a whole number lifespan of days are wanted")
	}
	if !k.home.Policy.Lifespan(days) {
		return nil, &commandError{"unknown_error", "Unknown error"}
	}
	for _, r := range k.home.store.OfUser(k.who.User.ID) {
		if k.home.Policy.NameTaken(r, name) {
			return nil, &commandError{"unknown_error", "Unknown error"}
		}
	}
	now := k.home.now()
	r := store.Refresh{
		ID: mock.Secret(16), Token: k.home.Policy.NewRefresh(), Key: []byte(mock.Secret(32)), Name: name, Type: store.LongLived,
		UserID: k.who.User.ID, Created: now, Used: now, TTL: time.Duration(days) * 24 * time.Hour,
	}
	k.home.store.PutRefresh(r)
	return k.home.signAccess(r), nil
}

func signPath(k *socket, m map[string]any) (any, *commandError) {
	path, ok := m["path"].(string)
	ttl := k.home.Policy.SignedPathTTL()
	if seconds, given := m["expires"].(float64); given {
		ttl = time.Duration(seconds) * time.Second
	}
	if !ok || !strings.HasPrefix(path, "/") {
		return nil, badFormat("path is wanted, from / on")
	}
	signed, err := k.home.signPath(k.who.Refresh, path, ttl)
	if err != nil {
		return nil, badFormat("path is no path")
	}
	return map[string]string{"path": signed}, nil
}

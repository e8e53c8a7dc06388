package mockserver

import (
	"maps"
	"slices"
	"sync"

	"github.com/authconform/authconform/mock"
)

// The commands that the frontend sends when it starts. What the mock does not have is empty, as in a new home.
func frontendCommands() map[string]command {
	open := fields{"*": ""}
	resources := always(map[string]any{"resources": map[string]any{}})
	noScript := map[string]any{"change_type": "initial", "item": map[string]any{"type": "module", "url": ""}}
	descriptions := map[string]any{"integration": map[string]any{}, "helper": map[string]any{}}
	empty := map[string]any{}
	list := []any{}
	return map[string]command{
		"get_panels":                     {do: panels},
		"frontend/get_themes":            {do: always(map[string]any{"themes": empty, "default_theme": "default", "default_dark_theme": nil})},
		"frontend/get_translations":      {fields: fields{"language": "text!", "category": "text!", "*": ""}, do: resources},
		"frontend/get_icons":             {fields: open, do: resources},
		"frontend/get_user_data":         {fields: fields{"key": "text"}, do: userData},
		"frontend/set_user_data":         {fields: fields{"key": "text!", "value": "any!"}, do: setUserData},
		"frontend/subscribe_user_data":   {fields: fields{"key": "text"}, do: subscribeUserData},
		"frontend/get_system_data":       {fields: fields{"key": "text!"}, do: always(map[string]any{"value": nil})},
		"frontend/subscribe_system_data": {fields: fields{"key": "text!"}, do: subscribeTo(map[string]any{"value": nil})},
		"frontend/subscribe_extra_js":    {do: subscribeTo(noScript)},

		"lovelace/info":            {do: always(map[string]any{"resource_mode": "storage"})},
		"lovelace/config":          {fields: open, do: refusal("config_not_found", "No config found.")},
		"lovelace/resources":       {do: always(list)},
		"lovelace/dashboards/list": {do: always(list)},

		"recorder/info": {do: always(map[string]any{
			"backlog": 0, "max_backlog": 65_000, "migration_in_progress": false, "migration_is_live": false, "recording": true,
			"thread_running": true, "db_in_default_location": true,
		})},
		"persistent_notification/get":       {do: always(list)},
		"persistent_notification/subscribe": {do: subscribeTo(map[string]any{"type": "current", "notifications": empty})},
		"manifest/list":                     {fields: fields{"integrations": "texts"}, do: always(list)},
		"manifest/get":                      {fields: fields{"integration": "text!"}, do: refusal("not_found", "Integration not found")},
		"integration/descriptions":          {do: always(map[string]any{"core": descriptions, "custom": empty})},
		"integration/setup_info":            {do: always(list)},
		"integration/wait":                  {fields: fields{"domain": "text!"}, do: always(map[string]any{"integration_loaded": true})},
		"repairs/list_issues":               {do: always(map[string]any{"issues": list})},
		"labs/list":                         {do: always(map[string]any{"features": list})},
		"labs/subscribe":                    {fields: open, do: subscribeTo(nil)},
		"energy/get_prefs":                  {do: refusal("not_found", "No prefs")},
		"energy/info":                       {do: always(map[string]any{"cost_sensors": empty, "solar_forecast_domains": list})},
		"system_log/list":                   {admin: true, do: always(list)},
		"hardware/info":                     {admin: true, do: always(map[string]any{"hardware": list})},
		"brands/access_token":               {do: brandsToken},
		"http/config":                       {admin: true, do: always(map[string]any{"stable": empty, "pending": nil})},
		"subscribe_condition":               {fields: open, do: refusal("home_assistant_error", "The mock evaluates none")},
		"render_template":                   {fields: fields{"template": "text!", "*": ""}, do: renderTemplate},
		"search/related":                    {fields: open, do: always(empty)},
		"person/list":                       {do: always(map[string]any{"storage": list, "config": list})},
		"zone/list":                         {do: always(list)},
		"blueprint/list":                    {fields: open, do: always(empty)},
		"history/history_during_period":     {fields: open, do: always(empty)},
		"logbook/get_events":                {fields: open, do: always(list)},
		"recorder/list_statistic_ids":       {fields: open, do: always(list)},
		"recorder/get_statistics_metadata":  {fields: open, do: always(list)},
		"subscribe_bootstrap_integrations":  {do: subscribeTo(nil)},
		"sensor/numeric_device_classes":     {do: always(map[string]any{"numeric_device_classes": list})},
		"entity/source":                     {do: always(empty)},
		"backup/info":                       {admin: true, do: always(map[string]any{"backups": list, "agent_errors": empty, "state": "idle"})},
		"config_entries/subscribe":          {admin: true, fields: open, do: subscribeEntries},
		"config_entries/get":                {fields: open, do: getEntries},
		"config_entries/flow/subscribe":     {admin: true, fields: open, do: subscribeTo([]any{})},
	}
}

func always(v any) func(*socket, map[string]any) (any, *commandError) {
	return func(*socket, map[string]any) (any, *commandError) { return v, nil }
}

func refusal(code, words string) func(*socket, map[string]any) (any, *commandError) {
	return func(*socket, map[string]any) (any, *commandError) { return nil, &commandError{code, words} }
}

// panels are the pages of the frontend that a user sees.
func panels(k *socket, _ map[string]any) (any, *commandError) {
	all := map[string]any{}
	add := func(name, title, icon string, admin, shown bool, config any) {
		if admin && !k.user().Admin {
			return
		}
		all[name] = map[string]any{
			"component_name": name, "icon": orNull(icon), "title": orNull(title), "default_visible": true, "config": config, "url_path": name,
			"require_admin": admin, "config_panel_domain": nil, "show_in_sidebar": shown,
		}
	}
	for name, icon := range map[string]string{
		"climate": "mdi:home-thermometer", "home": "mdi:home", "light": "mdi:lamps", "maintenance": "mdi:wrench", "security": "mdi:security",
	} {
		add(name, name, icon, false, false, nil)
	}
	add("config", "config", "mdi:cog", true, true, nil)
	add("lovelace", "", "", false, true, map[string]any{"mode": "storage"})
	add("notfound", "", "", false, true, nil)
	add("profile", "", "", false, true, nil)
	return all, nil
}

// maxUserData is how many values the frontend may keep for one user.
const maxUserData = 100

func userData(k *socket, m map[string]any) (any, *commandError) {
	return map[string]any{"value": k.home.frontData.get(k.who.User.ID, text(m, "key"))}, nil
}

func setUserData(k *socket, m map[string]any) (any, *commandError) {
	if !k.home.frontData.set(k.who.User.ID, text(m, "key"), m["value"]) {
		return nil, &commandError{"home_assistant_error", "The mock home keeps no more values of a user"}
	}
	return nil, nil
}

func subscribeUserData(k *socket, m map[string]any) (any, *commandError) {
	value := k.home.frontData.get(k.who.User.ID, text(m, "key"))
	return k.begin(func(tell func(any)) func() {
		tell(map[string]any{"value": value})
		return func() {}
	})
}

// entries are the linked accounts, as config_entries/get has them.
func (h *Home) entries(domain string, kinds []string) []any {
	list := []any{}
	for _, e := range h.linker.Entries() {
		s := h.linker.Summary(e.ID)
		if s != nil && (domain == "" || domain == e.Domain) && (len(kinds) == 0 || slices.Contains(kinds, "service")) {
			list = append(list, s)
		}
	}
	return list
}

func getEntries(k *socket, m map[string]any) (any, *commandError) {
	return k.home.entries(text(m, "domain"), texts(m, "type_filter")), nil
}

func subscribeEntries(k *socket, m map[string]any) (any, *commandError) {
	return k.begin(func(tell func(any)) func() {
		now := []any{}
		for _, e := range k.home.entries(text(m, "domain"), texts(m, "type_filter")) {
			now = append(now, map[string]any{"type": nil, "entry": e})
		}
		tell(now)
		return func() {}
	})
}

// frontData is what the frontend keeps for each user. It is safe for concurrent use.
type frontData struct {
	mu sync.Mutex
	by map[string]map[string]any // by user and key
}

func (d *frontData) clear() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.by = map[string]map[string]any{}
}

func (d *frontData) get(user, key string) any {
	d.mu.Lock()
	defer d.mu.Unlock()
	if key == "" {
		return maps.Clone(d.by[user])
	}
	return d.by[user][key]
}

func (d *frontData) set(user, key string, v any) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.by[user] == nil {
		d.by[user] = map[string]any{}
	}
	if _, there := d.by[user][key]; !there && len(d.by[user]) >= maxUserData {
		return false
	}
	d.by[user][key] = v
	return true
}

// brandsToken opens the pictures of brands, of which the mock has none.
func brandsToken(*socket, map[string]any) (any, *commandError) {
	return map[string]any{"token": mock.Secret(32)}, nil
}

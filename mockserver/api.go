package mockserver

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/authconform/authconform/mock"
)

func (h *Home) apiRunning(*call) *mock.Answer {
	return mock.JSON(http.StatusOK, map[string]string{"message": "API running."})
}

func (h *Home) apiConfig(*call) *mock.Answer { return mock.JSON(http.StatusOK, h.config()) }

func (h *Home) config() map[string]any {
	return map[string]any{
		"version": h.Version, "location_name": h.Name,
		"latitude": 52.3731, "longitude": 4.8903, "elevation": 0, "radius": 100, "time_zone": "Europe/Amsterdam",
		"unit_system": map[string]string{
			"length": "km", "accumulated_precipitation": "mm", "area": "m²", "mass": "g", "pressure": "Pa", "temperature": "°C",
			"volume": "L", "wind_speed": "m/s",
		},
		"components": components, "config_dir": "/config", "allowlist_external_dirs": []string{}, "allowlist_external_urls": []string{},
		"config_source": "storage", "currency": "EUR", "country": "NL", "language": "en", "state": "RUNNING",
		"safe_mode": false, "recovery_mode": false, "debug": false, "internal_url": nil, "external_url": nil,
	}
}

// components are the parts that the home has.
var components = []string{
	"api", "application_credentials", "auth", "climate", "config", "frontend", "homeassistant", "http", "light", "lovelace", "mcp_server",
	"mobile_app", "onboarding", "persistent_notification", "recorder", "sensor", "switch", "webhook", "websocket_api",
}

func (h *Home) apiComponents(*call) *mock.Answer { return mock.JSON(http.StatusOK, components) }

func (h *Home) apiCoreState(*call) *mock.Answer {
	return mock.JSON(http.StatusOK, map[string]any{
		"state": "RUNNING", "recorder_state": map[string]bool{"migration_in_progress": false, "migration_is_live": false},
	})
}

func (h *Home) apiEvents(*call) *mock.Answer { return mock.JSON(http.StatusOK, h.eventTypes()) }

func (h *Home) apiErrorLog(c *call) *mock.Answer {
	if !c.user.User.Admin {
		return mock.Plain(http.StatusUnauthorized)
	}
	return mock.Text(http.StatusOK, "")
}

func (h *Home) apiCheckConfig(c *call) *mock.Answer {
	if !c.user.User.Admin {
		return mock.Plain(http.StatusUnauthorized)
	}
	return mock.JSON(http.StatusOK, map[string]any{"result": "valid", "errors": nil, "warnings": nil})
}

func sortedNames[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// gone answers an unknown path of the API.
func gone(*call) *mock.Answer { return mock.Plain(http.StatusNotFound) }

// emptyList is an empty list.
func emptyList(*call) *mock.Answer { return mock.JSON(http.StatusOK, []any{}) }

// apiTemplate renders a template as text.
func (h *Home) apiTemplate(c *call) *mock.Answer {
	var b struct {
		Template  *string        `json:"template"`
		Variables map[string]any `json:"variables"`
	}
	if a := decodeJSON(c.Bytes, &b); a != nil {
		return a
	}
	if b.Template == nil {
		return mock.Message(http.StatusBadRequest, "Error rendering template: template is missing")
	}
	text, _, err := h.render(*b.Template, b.Variables)
	if err != nil {
		return mock.Message(http.StatusBadRequest, "Error rendering template: "+err.Error())
	}
	return mock.Text(http.StatusOK, text)
}

// apiHistory is the history of entities: the mock keeps none, and shows what they are now.
func (h *Home) apiHistory(c *call) *mock.Answer {
	asked := c.URL.Query().Get("filter_entity_id")
	if asked == "" {
		return mock.Message(http.StatusBadRequest, "filter_entity_id is missing")
	}
	list := []any{}
	for id := range strings.SplitSeq(asked, ",") {
		if e, there := h.core.Get(strings.TrimSpace(id)); there {
			list = append(list, []any{e})
		}
	}
	return mock.JSON(http.StatusOK, list)
}

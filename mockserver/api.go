package mockserver

import (
	"maps"
	"net/http"
	"slices"

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

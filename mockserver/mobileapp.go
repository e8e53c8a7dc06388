package mockserver

import (
	"encoding/json"
	"net/http"
	"sync"

	"github.com/authconform/authconform/mock"
)

// webhooks are the registered apps. It is safe for concurrent use.
type webhooks struct {
	mu   sync.Mutex
	apps map[string]string // webhook id -> device name
}

const maxApps = 1000

func (w *webhooks) clear() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.apps = map[string]string{}
}

// register answers POST /api/mobile_app/registrations. All four members stand in the answer, as the app demands.
func (h *Home) register(c *call) *mock.Answer {
	var b map[string]any
	if json.Unmarshal(c.Bytes, &b) != nil {
		return mock.Message(http.StatusBadRequest, "Invalid JSON specified.")
	}
	for _, wanted := range []string{"app_id", "app_name", "app_version", "device_name", "manufacturer", "model", "os_name"} {
		if s, ok := b[wanted].(string); !ok || s == "" {
			return badFormOf(wanted + " is wanted")
		}
	}
	id := mock.Secret(32)
	h.hooks.mu.Lock()
	defer h.hooks.mu.Unlock()
	if len(h.hooks.apps) >= maxApps {
		clear(h.hooks.apps)
	}
	h.hooks.apps[id], _ = b["device_name"].(string)
	return mock.JSON(http.StatusCreated, map[string]any{"webhook_id": id, "cloudhook_url": nil, "remote_ui_url": nil, "secret": nil})
}

// webhook answers POST /api/webhook/{id}. An unknown id gets 200 and nothing, as with the real home.
func (h *Home) webhook(c *call) *mock.Answer {
	h.hooks.mu.Lock()
	_, known := h.hooks.apps[c.PathValue("id")]
	h.hooks.mu.Unlock()
	if !known {
		return mock.Empty(http.StatusOK)
	}
	var b struct {
		Type string          `json:"type"`
		Data json.RawMessage `json:"data"`
	}
	if json.Unmarshal(c.Bytes, &b) != nil {
		return mock.Empty(http.StatusBadRequest)
	}
	switch b.Type {
	case "get_config":
		v := h.config()
		v["cloudhook_url"], v["remote_ui_url"], v["entities"], v["theme_color"] = nil, nil, map[string]any{}, "#03A9F4"
		return mock.JSON(http.StatusOK, v)
	case "update_registration", "register_sensor", "update_sensor_states", "update_location", "fire_event", "call_service", "get_zones":
		return mock.JSON(http.StatusOK, map[string]any{})
	}
	return mock.Empty(http.StatusBadRequest)
}

package mockserver

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"sync"

	"golang.org/x/crypto/nacl/secretbox"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver/core"
)

// webhooks are the registered apps. It is safe for concurrent use.
type webhooks struct {
	mu   sync.Mutex
	apps map[string]*phone // by webhook id
}

// phone is a registered app.
type phone struct {
	user    string
	key     *[32]byte       // nil: it does not encrypt
	sensors map[string]bool // unique ids; true: disabled
}

const (
	maxApps    = 1000
	maxSensors = 1000 // of an app
)

func (w *webhooks) clear() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.apps = map[string]*phone{}
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
	id, p := mock.Secret(32), &phone{user: c.user.User.ID, sensors: map[string]bool{}}
	var secret any
	if b["supports_encryption"] == true {
		p.key = new([32]byte)
		_, _ = rand.Read(p.key[:]) // never fails
		secret = hex.EncodeToString(p.key[:])
	}
	h.hooks.mu.Lock()
	defer h.hooks.mu.Unlock()
	if len(h.hooks.apps) >= maxApps {
		clear(h.hooks.apps)
	}
	h.hooks.apps[id] = p
	return mock.JSON(http.StatusCreated, map[string]any{"webhook_id": id, "cloudhook_url": nil, "remote_ui_url": nil, "secret": secret})
}

// said is what an app sends to its webhook.
type said struct {
	Type      string          `json:"type"`
	Data      json.RawMessage `json:"data"`
	Encrypted *bool           `json:"encrypted"`
	Box       string          `json:"encrypted_data"` // base64 of a nonce and a secretbox
}

// webhook answers POST /api/webhook/{id}. An unknown id, an unknown type, and what cannot be decrypted get 200 and nothing, as
// with the real home.
func (h *Home) webhook(c *call) *mock.Answer {
	h.hooks.mu.Lock()
	p := h.hooks.apps[c.PathValue("id")]
	h.hooks.mu.Unlock()
	if p == nil {
		return mock.Empty(http.StatusOK)
	}
	var b said
	if json.Unmarshal(c.Bytes, &b) != nil {
		return mock.JSON(http.StatusBadRequest, map[string]any{})
	}
	if p.key != nil {
		if b.Encrypted == nil {
			return mock.JSON(http.StatusBadRequest, map[string]any{
				"success": false, "error": map[string]string{"code": "encryption_required", "message": "Encryption required"},
			})
		}
		if b.Data = p.open(b.Box); b.Data == nil {
			return mock.JSON(http.StatusOK, map[string]any{})
		}
	}
	a := h.hooked(p, b)
	if p.key != nil && string(a.Body) != "{}" {
		return mock.JSON(a.Status, map[string]any{"encrypted": true, "encrypted_data": p.seal(a.Body)})
	}
	return a
}

// open decrypts what an app sends; nil: it cannot be decrypted.
func (p *phone) open(box string) json.RawMessage {
	raw, err := base64.StdEncoding.DecodeString(box)
	if err != nil || len(raw) < 24 {
		return nil
	}
	plain, ok := secretbox.Open(nil, raw[24:], (*[24]byte)(raw[:24]), p.key)
	if !ok || !json.Valid(plain) {
		return nil
	}
	return plain
}

func (p *phone) seal(plain []byte) string {
	var nonce [24]byte
	_, _ = rand.Read(nonce[:]) // never fails
	return base64.StdEncoding.EncodeToString(secretbox.Seal(nonce[:], plain, &nonce, p.key))
}

// hooked answers what an app says.
func (h *Home) hooked(p *phone, b said) *mock.Answer {
	switch b.Type {
	case "get_config":
		v := h.config()
		h.hooks.mu.Lock()
		entities := map[string]any{}
		for id, disabled := range p.sensors {
			entities[id] = map[string]bool{"disabled": disabled}
		}
		h.hooks.mu.Unlock()
		v["cloudhook_url"], v["remote_ui_url"], v["entities"], v["theme_color"] = nil, nil, entities, "#03A9F4"
		return mock.JSON(http.StatusOK, v)
	case "register_sensor":
		return h.registerSensor(p, b.Data)
	case "update_sensor_states":
		return h.updateSensors(p, b.Data)
	case "get_zones":
		return mock.JSON(http.StatusOK, []any{})
	case "render_template":
		return h.renderAll(b.Data)
	case "fire_event":
		var e struct {
			Type string         `json:"event_type"`
			Data map[string]any `json:"event_data"`
		}
		if json.Unmarshal(b.Data, &e) == nil && e.Type != "" {
			h.core.Fire(e.Type, e.Data, core.By(p.user))
		}
	case "call_service":
		var s struct {
			Domain, Service string
			Data            map[string]any `json:"service_data"`
		}
		if json.Unmarshal(b.Data, &s) == nil {
			_, _ = h.core.Do(core.Call{Domain: s.Domain, Service: s.Service, Data: s.Data, By: core.By(p.user)}) // the app is told of nothing
		}
	}
	return mock.JSON(http.StatusOK, map[string]any{}) // update_registration, update_location, scan_tag, and what is unknown
}

// sensor is one that an app registers, or a state of it.
type sensor struct {
	Type     string `json:"type"`
	ID       string `json:"unique_id"`
	Name     string `json:"name"`
	Disabled bool   `json:"disabled"`
}

func (s sensor) valid() bool { return s.ID != "" && (s.Type == "sensor" || s.Type == "binary_sensor") }

func (h *Home) registerSensor(p *phone, data json.RawMessage) *mock.Answer {
	var s sensor
	if json.Unmarshal(data, &s) != nil || !s.valid() || s.Name == "" {
		return mock.JSON(http.StatusOK, map[string]any{})
	}
	h.hooks.mu.Lock()
	defer h.hooks.mu.Unlock()
	if len(p.sensors) >= maxSensors {
		clear(p.sensors)
	}
	p.sensors[s.ID] = s.Disabled
	return mock.JSON(http.StatusCreated, map[string]any{"success": true})
}

// updateSensors answers for each sensor.
func (h *Home) updateSensors(p *phone, data json.RawMessage) *mock.Answer {
	var list []sensor
	if json.Unmarshal(data, &list) != nil {
		return mock.JSON(http.StatusOK, map[string]any{})
	}
	h.hooks.mu.Lock()
	defer h.hooks.mu.Unlock()
	out := map[string]any{}
	for _, s := range list {
		disabled, known := p.sensors[s.ID]
		switch {
		case !s.valid():
			return mock.JSON(http.StatusOK, map[string]any{})
		case !known:
			out[s.ID] = map[string]any{"success": false, "error": map[string]string{
				"code": "not_registered", "message": s.Type + " " + s.ID + " is not registered",
			}}
		case disabled:
			out[s.ID] = map[string]any{"success": true, "is_disabled": true}
		default:
			out[s.ID] = map[string]any{"success": true}
		}
	}
	return mock.JSON(http.StatusOK, out)
}

// renderAll renders templates by their names.
func (h *Home) renderAll(data json.RawMessage) *mock.Answer {
	var list map[string]struct {
		Template  string         `json:"template"`
		Variables map[string]any `json:"variables"`
	}
	if json.Unmarshal(data, &list) != nil {
		return mock.JSON(http.StatusOK, map[string]any{})
	}
	out := map[string]any{}
	for name, t := range list {
		text, _, err := h.render(t.Template, t.Variables)
		if err != nil {
			out[name] = map[string]string{"error": err.Error()}
		} else {
			out[name] = text
		}
	}
	return mock.JSON(http.StatusOK, out)
}

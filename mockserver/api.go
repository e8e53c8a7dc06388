package mockserver

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/authconform/authconform/mock"
)

// entity is a living thing of the home.
type entity struct {
	ID         string         `json:"entity_id"`
	State      string         `json:"state"`
	Attributes map[string]any `json:"attributes"`
	Changed    time.Time      `json:"last_changed"`
	Updated    time.Time      `json:"last_updated"`
}

// demo is a light, a thermostat, and a sensor that follows the clock. It is safe for concurrent use.
type demo struct {
	mu       sync.Mutex
	entities map[string]entity
}

func (d *demo) clear() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.entities = map[string]entity{}
	for _, e := range []entity{
		{ID: "light.kitchen", State: "off", Attributes: map[string]any{"friendly_name": "Kitchen"}},
		{ID: "climate.hall", State: "heat", Attributes: map[string]any{
			"friendly_name": "Hall", "temperature": 20.5, "current_temperature": 19.8,
		}},
		{ID: "sensor.clock", Attributes: map[string]any{"friendly_name": "Clock of the mock home"}},
	} {
		d.entities[e.ID] = e
	}
}

func (d *demo) list(now time.Time) []entity {
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []entity
	for _, id := range slices.Sorted(maps.Keys(d.entities)) {
		out = append(out, d.at(id, now))
	}
	return out
}

func (d *demo) get(id string, now time.Time) (entity, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	_, ok := d.entities[id]
	return d.at(id, now), ok
}

func (d *demo) at(id string, now time.Time) entity {
	e := d.entities[id]
	if id == "sensor.clock" {
		e.State, e.Changed, e.Updated = now.UTC().Format(time.RFC3339), now, now
	}
	return e
}

const maxEntities = 1000

func (d *demo) set(e entity, now time.Time) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	_, known := d.entities[e.ID]
	if !known && len(d.entities) >= maxEntities {
		return false
	}
	e.Changed, e.Updated = now, now
	d.entities[e.ID] = e
	return true
}

func (h *Home) apiRunning(*call) *mock.Answer {
	return mock.JSON(http.StatusOK, map[string]string{"message": "API running."})
}

func (h *Home) apiConfig(*call) *mock.Answer { return mock.JSON(http.StatusOK, h.config()) }

func (h *Home) config() map[string]any {
	return map[string]any{
		"version": h.Version, "location_name": h.Name,
		"latitude": 52.3731, "longitude": 4.8903, "elevation": 0, "time_zone": "Europe/Amsterdam",
		"unit_system": map[string]string{"length": "km", "mass": "g", "temperature": "°C", "volume": "L"},
		"components":  []string{"api", "auth", "climate", "light", "mobile_app", "sensor", "websocket_api"},
		"config_dir":  "/config", "currency": "EUR", "country": "NL", "language": "en", "state": "RUNNING", "safe_mode": false,
		"internal_url": nil, "external_url": nil,
	}
}

func (h *Home) apiStates(*call) *mock.Answer { return mock.JSON(http.StatusOK, h.states()) }

func (h *Home) apiState(c *call) *mock.Answer {
	e, ok := h.state(c.PathValue("entity"))
	if !ok {
		return mock.Message(http.StatusNotFound, "Entity not found.")
	}
	return mock.JSON(http.StatusOK, e)
}

func (h *Home) apiSetState(c *call) *mock.Answer {
	if !c.user.User.Admin {
		return mock.Plain(http.StatusUnauthorized)
	}
	var b struct {
		State      any            `json:"state"`
		Attributes map[string]any `json:"attributes"`
	}
	if json.Unmarshal(c.Bytes, &b) != nil || b.State == nil {
		return mock.Message(http.StatusBadRequest, "No state specified.")
	}
	id := c.PathValue("entity")
	if domain, object, ok := strings.Cut(id, "."); !ok || domain == "" || object == "" {
		return mock.Message(http.StatusBadRequest, "Invalid entity ID specified.")
	}
	state, _ := b.State.(string)
	if !h.demo.set(entity{ID: id, State: state, Attributes: b.Attributes}, h.now()) {
		return mock.Message(http.StatusBadRequest, "Too many entities.")
	}
	e, _ := h.demo.get(id, h.now())
	return mock.JSON(http.StatusCreated, e)
}

// services are what the demo entities can do.
var services = map[string][]string{
	"light":         {"turn_off", "turn_on", "toggle"},
	"climate":       {"set_temperature"},
	"homeassistant": {"check_config", "restart", "update_entity"},
}

func (h *Home) apiServices(*call) *mock.Answer {
	list := []map[string]any{}
	for _, domain := range slices.Sorted(maps.Keys(services)) {
		known := map[string]any{}
		for _, s := range services[domain] {
			known[s] = map[string]any{"name": s, "fields": map[string]any{}}
		}
		list = append(list, map[string]any{"domain": domain, "services": known})
	}
	return mock.JSON(http.StatusOK, list)
}

func (h *Home) apiCall(c *call) *mock.Answer {
	var data map[string]any
	if len(c.Bytes) > 0 && json.Unmarshal(c.Bytes, &data) != nil {
		return mock.Message(http.StatusBadRequest, "Data should be valid JSON.")
	}
	changed, ok := h.act(c.Context(), c.PathValue("domain"), c.PathValue("service"), data)
	if !ok {
		return mock.Plain(http.StatusBadRequest)
	}
	return mock.JSON(http.StatusOK, changed)
}

// act runs a service of the demo and returns the entities that it changed.
func (h *Home) act(ctx context.Context, domain, service string, data map[string]any) ([]entity, bool) {
	if !slices.Contains(services[domain], service) {
		return nil, false
	}
	changed := []entity{}
	id, _ := data["entity_id"].(string)
	if linked, ok := h.useLinked(ctx, id, service, data); ok {
		return linked, true
	}
	e, ok := h.demo.get(id, h.now())
	if !ok || !strings.HasPrefix(id, domain+".") {
		return changed, true
	}
	switch {
	case service == "turn_on", service == "toggle" && e.State == "off":
		e.State = "on"
	case service == "turn_off", service == "toggle":
		e.State = "off"
	case service == "set_temperature":
		e.Attributes = maps.Clone(e.Attributes)
		e.Attributes["temperature"] = data["temperature"]
	}
	h.demo.set(e, h.now())
	return append(changed, e), true
}

func (h *Home) apiFire(c *call) *mock.Answer {
	if !c.user.User.Admin {
		return mock.Plain(http.StatusUnauthorized)
	}
	return mock.Message(http.StatusOK, "Event "+c.PathValue("type")+" fired.")
}

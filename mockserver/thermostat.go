package mockserver

import (
	"context"
	"strings"

	"github.com/authconform/authconform/mockserver/linking"
)

// ThirdParty is whom the demo thermostat is linked with, and where people get credentials for it.
type ThirdParty struct {
	linking.Provider
	Name    string
	Console string // URL of its developer console
}

func (t *ThirdParty) provider() *linking.Provider {
	if t == nil {
		return nil
	}
	return &t.Provider
}

// Linker is the home's client side.
func (h *Home) Linker() *linking.Linker { return h.linker }

const linkedPrefix = "climate.demo_thermostat_"

// linked are the entities of linked accounts.
func (h *Home) linked() []entity {
	var list []entity
	for _, d := range h.linker.Devices() {
		state := "heat"
		if !d.Known {
			state = "unavailable"
		}
		now := h.now()
		list = append(list, entity{ID: linkedPrefix + d.Account, State: state, Changed: now, Updated: now, Attributes: map[string]any{
			"friendly_name": "Demo thermostat (" + d.Title + ")", "entry_id": d.EntryID,
			"temperature": d.Target, "current_temperature": d.Temperature,
		}})
	}
	return list
}

// states lists every entity.
func (h *Home) states() []entity { return append(h.demo.list(h.now()), h.linked()...) }

func (h *Home) state(id string) (entity, bool) {
	for _, e := range h.linked() {
		if e.ID == id {
			return e, true
		}
	}
	return h.demo.get(id, h.now())
}

// useLinked runs a service of a linked thermostat: it is set, or read anew. false: it is none.
func (h *Home) useLinked(ctx context.Context, id, service string, data map[string]any) ([]entity, bool) {
	e, ok := h.state(id)
	entry, _ := e.Attributes["entry_id"].(string)
	if !ok || !strings.HasPrefix(id, linkedPrefix) || entry == "" {
		return nil, false
	}
	switch target, given := data["temperature"].(float64); {
	case service == "update_entity":
		h.linker.Device(ctx, entry, nil)
	case service == "set_temperature" && given:
		h.linker.Device(ctx, entry, &target)
	default:
		return []entity{}, true
	}
	e, _ = h.state(id)
	return []entity{e}, true
}

package mockserver

import (
	"context"
	"strings"

	"github.com/authconform/authconform/mockserver/core"
	"github.com/authconform/authconform/mockserver/linking"
)

// ThirdParty is the provider that the demo thermostat is linked with, and where users get credentials for it.
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
func (h *Home) linked() map[string]core.Entity {
	list := map[string]core.Entity{}
	for _, d := range h.linker.Devices() {
		state := "heat"
		if !d.Known {
			state = "unavailable"
		}
		e := core.Entity{ID: linkedPrefix + strings.ToLower(d.Account), State: state, Attributes: map[string]any{
			"friendly_name": "Demo thermostat (" + d.Title + ")", "entry_id": d.EntryID,
			"temperature": d.Target, "current_temperature": d.Temperature,
		}}
		list[e.ID] = e
	}
	return list
}

// sync writes the linked thermostats into the core, and takes out those whose account is gone.
func (h *Home) sync() {
	now := h.linked()
	for _, e := range h.core.List() {
		if _, there := now[e.ID]; !there && strings.HasPrefix(e.ID, linkedPrefix) {
			h.core.Remove(e.ID, core.By(""))
		}
	}
	for id, e := range now {
		_, _, _ = h.core.Set(id, e.State, e.Attributes, core.By("")) // a home that is full shows one less
	}
}

// states lists every entity.
func (h *Home) states() []core.Entity {
	h.sync()
	return h.core.List()
}

func (h *Home) state(id string) (core.Entity, bool) {
	h.sync()
	return h.core.Get(id)
}

// useLinked runs a service of a linked thermostat: it is set, or read anew. false: it is none.
func (h *Home) useLinked(ctx context.Context, id, service string, data map[string]any) ([]core.Entity, bool) {
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
		return nil, true
	}
	e, _ = h.state(id)
	return []core.Entity{e}, true
}

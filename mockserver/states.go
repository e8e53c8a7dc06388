package mockserver

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver/core"
)

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
	var data any
	if len(c.Bytes) > 0 && json.Unmarshal(c.Bytes, &data) != nil {
		return mock.Message(http.StatusBadRequest, "Invalid JSON specified.")
	}
	b, ok := data.(map[string]any)
	switch {
	case !ok:
		return mock.Message(http.StatusBadRequest, "State data should be a JSON object.")
	case b["state"] == nil:
		return mock.Message(http.StatusBadRequest, "No state specified.")
	}
	attributes, _ := b["attributes"].(map[string]any)
	e, added, err := h.core.Set(strings.ToLower(c.PathValue("entity")), written(b["state"]), attributes, core.By(c.user.User.ID))
	if err != nil {
		return mock.Message(http.StatusBadRequest, err.Error())
	}
	status := http.StatusOK
	if added {
		status = http.StatusCreated
	}
	a := mock.JSON(status, e)
	a.Header.Set("Location", "/api/states/"+e.ID)
	return a
}

// written is a state as the home keeps it, which is text.
func written(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	raw, _ := json.Marshal(v)
	return string(raw)
}

func (h *Home) apiDropState(c *call) *mock.Answer {
	switch {
	case !c.user.User.Admin:
		return mock.Plain(http.StatusUnauthorized)
	case !h.core.Remove(c.PathValue("entity"), core.By(c.user.User.ID)):
		return mock.Message(http.StatusNotFound, "Entity not found.")
	}
	return mock.Message(http.StatusOK, "Entity removed.")
}

func (h *Home) apiServices(*call) *mock.Answer {
	list := []map[string]any{}
	all := core.Services()
	for _, domain := range sortedNames(all) {
		list = append(list, map[string]any{"domain": domain, "services": all[domain]})
	}
	return mock.JSON(http.StatusOK, list)
}

func (h *Home) apiCall(c *call) *mock.Answer {
	var v any
	if len(c.Bytes) > 0 && json.Unmarshal(c.Bytes, &v) != nil {
		return mock.Message(http.StatusBadRequest, "Data should be valid JSON.")
	}
	data, ok := v.(map[string]any)
	if v != nil && !ok {
		return mock.Message(http.StatusBadRequest, "Data should be a JSON object.")
	}
	if c.URL.Query().Has("return_response") {
		return mock.Message(http.StatusBadRequest, "Service does not support responses. Remove return_response from request.")
	}
	changed, err := h.act(c.Context(), core.Call{
		Domain: c.PathValue("domain"), Service: c.PathValue("service"), Data: data, By: core.By(c.user.User.ID),
	})
	if err != nil {
		return mock.Plain(http.StatusBadRequest)
	}
	return mock.JSON(http.StatusOK, changed)
}

// act runs a service, on linked thermostats too, and returns the entities that it changed.
func (h *Home) act(ctx context.Context, call core.Call) ([]core.Entity, error) {
	call.Data = orEmpty(call.Data)
	changed := []core.Entity{}
	for _, id := range core.Targets(call.Data, h.states()) {
		if e, ok := h.useLinked(ctx, id, call.Service, call.Data); ok {
			changed = append(changed, e...)
		}
	}
	call.Spare = func(id string) bool { return strings.HasPrefix(id, linkedPrefix) } // the third party changes those
	more, err := h.core.Do(call)
	return append(changed, more...), err
}

func callService(k *socket, m map[string]any) (any, *commandError) {
	if m["return_response"] == true {
		return nil, &commandError{"service_validation_error", "Validation error: the service returns no response; leave out return_response"}
	}
	data, _ := m["service_data"].(map[string]any)
	data = orEmpty(data)
	target, _ := m["target"].(map[string]any)
	for name, v := range target {
		data[name] = v
	}
	call := core.Call{Domain: text(m, "domain"), Service: text(m, "service"), Data: data, By: core.By(k.who.User.ID)}
	_, err := k.home.act(k.ctx, call)
	var unknown core.ErrNoService
	switch {
	case errors.As(err, &unknown):
		return nil, &commandError{"not_found", err.Error()}
	case err != nil:
		return nil, badFormat(err.Error())
	}
	return map[string]any{"context": call.By}, nil
}

func (h *Home) apiFire(c *call) *mock.Answer {
	if !c.user.User.Admin {
		return mock.Plain(http.StatusUnauthorized)
	}
	var v any
	if len(c.Bytes) > 0 && json.Unmarshal(c.Bytes, &v) != nil {
		return mock.Message(http.StatusBadRequest, "Event data should be valid JSON.")
	}
	data, ok := v.(map[string]any)
	if v != nil && !ok {
		return mock.Message(http.StatusBadRequest, "Event data should be a JSON object")
	}
	h.core.Fire(c.PathValue("type"), orEmpty(data), core.By(c.user.User.ID))
	return mock.Message(http.StatusOK, "Event "+c.PathValue("type")+" fired.")
}

package mockserver

import (
	"maps"
	"slices"

	"github.com/authconform/authconform/mockserver/core"
)

// openEvents are the types that users who are no administrators may subscribe to: they hold nothing that is secret.
var openEvents = []string{
	"area_registry_updated", "category_registry_updated", "component_loaded", "core_config_updated", "device_registry_updated",
	"entity_registry_updated", "floor_registry_updated", "label_registry_updated", "labs_updated", "lovelace_updated", "panels_updated",
	"recorder_5min_statistics_generated", "recorder_hourly_statistics_generated", "repairs_issue_registry_updated", "service_registered",
	"service_removed", "shopping_list_updated", core.StateChanged, "themes_updated",
}

// maxSubscriptions is how many subscriptions a connection has at once.
const maxSubscriptions = 1000

// maySubscribe lets an administrator subscribe to everything.
func maySubscribe(event string, admin bool) bool { return admin || slices.Contains(openEvents, event) }

// subscribed stores the function that ends a subscription, under the id of its command.
func (k *socket) subscribed(stop func()) {
	if k.subs == nil {
		k.subs = map[int64]func(){}
	}
	k.subs[k.last] = stop
}

func (k *socket) unsubscribeAll() {
	for id := range k.subs {
		k.unsubscribe(id)
	}
}

func (k *socket) unsubscribe(id int64) bool {
	stop, there := k.subs[id]
	if there {
		delete(k.subs, id)
		stop()
	}
	return there
}

// begin is the result of a command that subscribes: null, and what comes after it.
func (k *socket) begin(start func(tell func(event any)) (stop func())) (any, *commandError) {
	if len(k.subs) >= maxSubscriptions {
		return nil, &commandError{"unknown_error", "Too many subscriptions on this connection"}
	}
	id := k.last
	tell := func(event any) { k.send(map[string]any{"id": id, "type": "event", "event": event}) }
	return followUp{then: func() { k.subscribed(start(tell)) }}, nil
}

func subscribe(k *socket, m map[string]any) (any, *commandError) {
	kind := text(m, "event_type")
	if !k.home.Policy().MaySubscribe(kind, k.user().Admin) {
		return nil, &commandError{"unauthorized", "Unauthorized"}
	}
	return k.begin(func(tell func(any)) func() {
		return k.home.core.Listen(kind, func(e core.Event) { tell(e) })
	})
}

func subscribeEntities(k *socket, m map[string]any) (any, *commandError) {
	k.home.sync()
	return k.begin(func(tell func(any)) func() {
		return k.home.core.Watch(texts(m, "entity_ids"), func(now []core.Entity) {
			all := map[string]any{}
			for _, e := range now {
				all[e.ID] = e.Compressed()
			}
			tell(map[string]any{"a": all})
		}, func(c core.Change) { tell(c.Compressed()) })
	})
}

// subscribeTo is a subscription that says how things stand, and then nothing: they do not change here.
func subscribeTo(now any) func(*socket, map[string]any) (any, *commandError) {
	return func(k *socket, _ map[string]any) (any, *commandError) {
		return k.begin(func(tell func(any)) func() {
			if now != nil {
				tell(now)
			}
			return func() {}
		})
	}
}

func unsubscribe(k *socket, m map[string]any) (any, *commandError) {
	id, _ := m["subscription"].(float64)
	if !k.unsubscribe(int64(id)) {
		return nil, &commandError{"not_found", "Subscription not found."}
	}
	return nil, nil
}

// fireEvent fires an event of the client's.
func fireEvent(k *socket, m map[string]any) (any, *commandError) {
	data, _ := m["event_data"].(map[string]any)
	by := core.By(k.who.User.ID)
	k.home.core.Fire(text(m, "event_type"), orEmpty(data), by)
	return map[string]any{"context": by}, nil
}

func orEmpty(m map[string]any) map[string]any {
	if m == nil {
		return map[string]any{}
	}
	return m
}

// subscribeTrigger tells of changes of entities' states, or of events: the triggers that clients' helpers use.
func subscribeTrigger(k *socket, m map[string]any) (any, *commandError) {
	t, ok := m["trigger"].(map[string]any)
	if list, isList := m["trigger"].([]any); isList && len(list) == 1 {
		t, ok = list[0].(map[string]any)
	}
	platform := text(t, "platform")
	if platform == "" {
		platform = text(t, "trigger")
	}
	switch {
	case !ok || platform != "state" && platform != "event":
		return nil, badFormat("the mock home knows one trigger of the platform state or event")
	case platform == "event":
		return k.begin(func(tell func(any)) func() {
			return k.home.core.Listen(text(t, "event_type"), func(e core.Event) {
				tell(map[string]any{"variables": map[string]any{"trigger": map[string]any{"platform": "event", "event": e}}, "context": e.Context})
			})
		})
	}
	ids := core.Targets(map[string]any{"entity_id": t["entity_id"]}, nil)
	fits := func(name string, e *core.Entity) bool {
		want, given := t[name].(string)
		return !given || e != nil && e.State == want
	}
	return k.begin(func(tell func(any)) func() {
		return k.home.core.Watch(ids, func([]core.Entity) {}, func(c core.Change) {
			if c.Old == nil || c.New == nil || !fits("from", c.Old) || !fits("to", c.New) {
				return
			}
			trigger := map[string]any{"platform": "state", "entity_id": c.ID, "from_state": c.Old, "to_state": c.New, "for": nil}
			tell(map[string]any{"variables": map[string]any{"trigger": trigger}, "context": c.New.Context})
		})
	})
}

// eventTypes lists who listens to what, as GET /api/events does.
func (h *Home) eventTypes() []map[string]any {
	n := h.core.Listeners()
	list := []map[string]any{}
	for _, kind := range slices.Sorted(maps.Keys(n)) {
		list = append(list, map[string]any{"event": kind, "listener_count": n[kind]})
	}
	return list
}

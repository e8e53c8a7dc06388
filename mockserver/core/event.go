package core

import "sync"

// StateChanged is the type of the event for a changed entity.
const StateChanged = "state_changed"

// Event is an event of the home.
type Event struct {
	Type    string  `json:"event_type"`
	Data    any     `json:"data"`
	Origin  string  `json:"origin"`
	Fired   Stamp   `json:"time_fired"`
	Context Context `json:"context"`
}

// Change is the data of a state_changed event. Old is nil for a new entity, New for a removed one.
type Change struct {
	ID  string  `json:"entity_id"`
	Old *Entity `json:"old_state"`
	New *Entity `json:"new_state"`
}

// Listener receives events one at a time, in order. It must not block or change the core.
type Listener func(Event)

// bus is who listens, by type of event.
type bus struct {
	mu   sync.Mutex
	last int
	by   map[string]map[int]Listener // "": to everything
}

func (b *bus) add(kind string, l Listener) (stop func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.by == nil {
		b.by = map[string]map[int]Listener{}
	}
	if b.by[kind] == nil {
		b.by[kind] = map[int]Listener{}
	}
	b.last++
	n := b.last
	b.by[kind][n] = l
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.by[kind], n)
		if len(b.by[kind]) == 0 {
			delete(b.by, kind)
		}
	}
}

func (b *bus) of(kinds ...string) []Listener {
	b.mu.Lock()
	defer b.mu.Unlock()
	var list []Listener
	for _, kind := range kinds {
		for _, l := range b.by[kind] {
			list = append(list, l)
		}
	}
	return list
}

// Listeners counts the listeners by event type.
func (c *Core) Listeners() map[string]int {
	c.bus.mu.Lock()
	defer c.bus.mu.Unlock()
	n := map[string]int{}
	for kind, list := range c.bus.by {
		if kind != "" && kind[0] != ' ' {
			n[kind] = len(list)
		}
	}
	return n
}

// Listen subscribes to events of a type; "" means every type.
func (c *Core) Listen(kind string, l Listener) (stop func()) { return c.bus.add(kind, l) }

// Watch reports the current state of some entities and then subscribes to their changes, without a gap. No ids means all.
func (c *Core) Watch(ids []string, first func([]Entity), l func(Change)) (stop func()) {
	c.turn.Lock()
	defer c.turn.Unlock()
	hear := func(e Event) { l(e.Data.(Change)) }
	if len(ids) == 0 {
		first(c.List())
		return c.bus.add(StateChanged, hear)
	}
	var now []Entity
	var stops []func()
	for _, id := range ids {
		if e, there := c.Get(id); there {
			now = append(now, e)
		}
		stops = append(stops, c.bus.add(watched(id), hear))
	}
	first(now)
	return func() {
		for _, stop := range stops {
			stop()
		}
	}
}

// watched is the place on the bus of those who watch one entity: no type of an event begins with a space.
func watched(id string) string { return " " + id }

// Fire sends an event to the listeners.
func (c *Core) Fire(kind string, data any, by Context) {
	c.turn.Lock()
	defer c.turn.Unlock()
	c.fire(Event{kind, data, "LOCAL", Stamp(c.now()), by}, kind, "")
}

func (c *Core) fire(e Event, to ...string) {
	for _, l := range c.bus.of(to...) {
		l(e)
	}
}

func (c *Core) changed(old, now *Entity, by Context) {
	change := Change{Old: old, New: now}
	if now != nil {
		change.ID = now.ID
	} else {
		change.ID = old.ID
	}
	c.fire(Event{StateChanged, change, "LOCAL", Stamp(c.now()), by}, StateChanged, "", watched(change.ID))
}

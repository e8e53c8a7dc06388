// Package core is what is behind the mock home's login: entities, events, services and registries. It is not Home
// Assistant, just enough for clients to start, subscribe, call a service and see its effect.
package core

import (
	"crypto/rand"
	"encoding/json"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"sync"
	"time"
)

// Context says who caused a change. All changes of one call share its id.
type Context struct {
	ID     string  `json:"id"`
	Parent *string `json:"parent_id"`
	UserID *string `json:"user_id"`
}

// By returns the context of a user's action; "" means the home itself.
func By(userID string) Context {
	c := Context{ID: rand.Text()}
	if userID != "" {
		c.UserID = &userID
	}
	return c
}

// Stamp is a time as the home writes it: with microseconds and the offset from UTC.
type Stamp time.Time

// MarshalJSON implements json.Marshaler.
func (s Stamp) MarshalJSON() ([]byte, error) {
	return json.Marshal(time.Time(s).UTC().Format("2006-01-02T15:04:05.000000-07:00"))
}

func (s Stamp) seconds() float64 { return float64(time.Time(s).UnixMicro()) / 1e6 }

// Entity is an entity with its state. Its attributes are never changed in place.
type Entity struct {
	ID         string         `json:"entity_id"`
	State      string         `json:"state"`
	Attributes map[string]any `json:"attributes"`
	Changed    Stamp          `json:"last_changed"`  // its state
	Reported   Stamp          `json:"last_reported"` // it was written, even if nothing changed
	Updated    Stamp          `json:"last_updated"`  // its state or its attributes
	Context    Context        `json:"context"`
}

// Most is how many entities a home may have.
const Most = 1000

// longestState is how many characters a state may have.
const longestState = 255

var entityID = regexp.MustCompile(`^[a-z0-9]+(_[a-z0-9]+)*\.[a-z0-9]+(_[a-z0-9]+)*$`)

// ValidID reports whether a string is an entity id: domain.object, in lower case.
func ValidID(id string) bool { return entityID.MatchString(id) }

// Problem is why a state is refused, in the home's words.
type Problem string

func (p Problem) Error() string { return string(p) }

// The reasons why a state is refused.
const (
	BadID    Problem = "Invalid entity ID specified."
	BadState Problem = "Invalid state specified."
	Full     Problem = "The mock home holds no more entities."
)

// Core is safe for concurrent use.
type Core struct {
	now func() time.Time

	mu       sync.Mutex
	entities map[string]Entity

	turn sync.Mutex // a change and its events are one turn: nobody hears of the second before the first
	bus  bus
}

// New returns a core with the demo entities. now is its clock.
func New(now func() time.Time) *Core {
	c := &Core{now: now}
	c.Reset()
	return c
}

// Reset restores the demo entities, without events.
func (c *Core) Reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.entities = map[string]Entity{}
	at, by := Stamp(c.now()), By("")
	for _, e := range demo() {
		e.Changed, e.Reported, e.Updated, e.Context = at, at, at, by
		c.entities[e.ID] = e
	}
}

// List lists all entities, sorted by id.
func (c *Core) List() []Entity {
	c.mu.Lock()
	defer c.mu.Unlock()
	list := make([]Entity, 0, len(c.entities))
	for _, id := range slices.Sorted(maps.Keys(c.entities)) {
		list = append(list, c.alive(c.entities[id]))
	}
	return list
}

// Get returns one entity.
func (c *Core) Get(id string) (Entity, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, there := c.entities[id]
	return c.alive(e), there
}

// alive is an entity as it is now: the clock's sensor moves by itself.
func (c *Core) alive(e Entity) Entity {
	if e.ID == clockSensor {
		now := c.now()
		e.State = now.UTC().Format(time.RFC3339)
		e.Changed, e.Reported, e.Updated = Stamp(now), Stamp(now), Stamp(now)
	}
	return e
}

// Set writes a state and fires an event if it changed. added reports that the entity is new.
func (c *Core) Set(id, state string, attributes map[string]any, by Context) (e Entity, added bool, err error) {
	switch {
	case !ValidID(id):
		return e, false, BadID
	case len([]rune(state)) > longestState:
		return e, false, BadState
	}
	if attributes == nil {
		attributes = map[string]any{}
	}
	c.turn.Lock()
	defer c.turn.Unlock()
	before, e, added, err := c.write(id, state, attributes, by)
	if err != nil {
		return e, false, err
	}
	if added {
		c.changed(nil, &e, by)
	} else if e.Updated != before.Updated {
		c.changed(&before, &e, by)
	}
	return e, added, nil
}

func (c *Core) write(id, state string, attributes map[string]any, by Context) (before, e Entity, added bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	before, there := c.entities[id]
	if !there && len(c.entities) >= Most {
		return before, before, false, Full
	}
	now := Stamp(c.now())
	e = before
	e.ID, e.Reported = id, now
	switch {
	case !there || before.State != state:
		e.Changed, e.Updated, e.Context = now, now, by
	case !reflect.DeepEqual(before.Attributes, attributes):
		e.Updated, e.Context = now, by
	}
	e.State, e.Attributes = state, attributes
	c.entities[id] = e
	return before, e, !there, nil
}

// Remove removes an entity.
func (c *Core) Remove(id string, by Context) bool {
	c.turn.Lock()
	defer c.turn.Unlock()
	c.mu.Lock()
	e, there := c.entities[id]
	delete(c.entities, id)
	c.mu.Unlock()
	if there {
		c.changed(&e, nil, by)
	}
	return there
}

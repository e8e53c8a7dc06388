package core

import (
	"maps"
	"reflect"
	"slices"
)

// Compressed is an entity in the form of subscribe_entities: short names, Unix seconds.
func (e Entity) Compressed() map[string]any {
	m := map[string]any{"s": e.State, "a": e.Attributes, "c": e.Context.compressed(), "lc": e.Changed.seconds()}
	if e.Updated != e.Changed {
		m["lu"] = e.Updated.seconds()
	}
	return m
}

func (c Context) compressed() any {
	if c.Parent == nil && c.UserID == nil {
		return c.ID
	}
	return c
}

// Compressed is a change in the form of subscribe_entities: added (a), changed (c) with additions (+) and removals (-), removed (r).
func (c Change) Compressed() map[string]any {
	switch {
	case c.New == nil:
		return map[string]any{"r": []string{c.ID}}
	case c.Old == nil:
		return map[string]any{"a": map[string]any{c.ID: c.New.Compressed()}}
	}
	old, now := c.Old, c.New
	more, diff := map[string]any{}, map[string]any{}
	if old.State != now.State {
		more["s"] = now.State
	}
	switch {
	case old.Changed != now.Changed:
		more["lc"] = now.Changed.seconds()
	case old.Updated != now.Updated:
		more["lu"] = now.Updated.seconds()
	}
	if who := contextDiff(old.Context, now.Context); who != nil {
		more["c"] = who
	}
	added := map[string]any{}
	for name, v := range now.Attributes {
		if before, there := old.Attributes[name]; !there || !reflect.DeepEqual(before, v) {
			added[name] = v
		}
	}
	if len(added) > 0 {
		more["a"] = added
	}
	var gone []string
	for _, name := range slices.Sorted(maps.Keys(old.Attributes)) {
		if _, there := now.Attributes[name]; !there {
			gone = append(gone, name)
		}
	}
	if diff["+"] = more; len(gone) > 0 {
		diff["-"] = map[string]any{"a": gone}
	}
	return map[string]any{"c": map[string]any{c.ID: diff}}
}

// contextDiff is what differs of a context: the id alone, or an object; nil is nothing.
func contextDiff(old, now Context) any {
	m := map[string]any{}
	if !same(old.Parent, now.Parent) {
		m["parent_id"] = now.Parent
	}
	if !same(old.UserID, now.UserID) {
		m["user_id"] = now.UserID
	}
	switch {
	case old.ID == now.ID && len(m) == 0:
		return nil
	case old.ID == now.ID:
		return m
	case len(m) == 0:
		return now.ID
	}
	m["id"] = now.ID
	return m
}

func same(a, b *string) bool { return a == b || a != nil && b != nil && *a == *b }

package core

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"
)

// ticking is a core whose time moves a second with each look.
func ticking() *Core {
	now := time.Date(2026, 11, 27, 9, 30, 0, 5000, time.UTC)
	return New(func() time.Time { now = now.Add(time.Second); return now })
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestTimesHaveSixDigitsAndTheOffsetFromUTC(t *testing.T) {
	e, _ := ticking().Get("light.kitchen")
	for _, want := range []string{`"last_changed":"2026-11-27T09:30:01.000005+00:00"`, `"last_reported":"2026`, `"context":{"id":"`,
		`"parent_id":null,"user_id":null}`} {
		if got := asJSON(t, e); !strings.Contains(got, want) {
			t.Errorf("%s lacks %s", got, want)
		}
	}
}

func TestAServiceChangesEachEntityThatItNames(t *testing.T) {
	for name, c := range map[string]struct {
		data map[string]any
		want string // states of light, switch, climate
	}{
		"a text":        {map[string]any{"entity_id": "light.kitchen"}, "on off heat"},
		"a list":        {map[string]any{"entity_id": []any{"light.kitchen", "switch.fountain"}}, "on on heat"},
		"commas":        {map[string]any{"entity_id": "light.kitchen, switch.fountain"}, "on on heat"},
		"an area":       {map[string]any{"area_id": "garden"}, "off on heat"},
		"a device":      {map[string]any{"device_id": []any{"device_kitchen"}}, "on off heat"},
		"everything":    {map[string]any{"entity_id": "all"}, "on on heat"},
		"nothing":       {map[string]any{}, "off off heat"},
		"an unknown id": {map[string]any{"entity_id": "light.nowhere"}, "off off heat"},
	} {
		h := ticking()
		if _, err := h.Do(Call{Domain: "homeassistant", Service: "turn_on", Data: c.data, By: By("u")}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		var states []string
		for _, id := range []string{"light.kitchen", "switch.fountain", "climate.hall"} {
			e, _ := h.Get(id)
			states = append(states, e.State)
		}
		if got := strings.Join(states, " "); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestALightHasABrightnessWhileItIsOn(t *testing.T) {
	h := ticking()
	call := func(service string, data map[string]any) any {
		data["entity_id"] = "light.kitchen"
		if _, err := h.Do(Call{Domain: "light", Service: service, Data: data, By: By("u")}); err != nil {
			t.Fatal(err)
		}
		e, _ := h.Get("light.kitchen")
		return e.Attributes["brightness"]
	}
	for i, got := range []any{
		call("turn_on", map[string]any{}), call("turn_on", map[string]any{"brightness": 12.0}), call("turn_on", map[string]any{}),
		call("turn_on", map[string]any{"brightness_pct": 50.0}), call("toggle", map[string]any{}),
		call("turn_on", map[string]any{"brightness": 0.0}),
	} {
		if want := []any{255.0, 12.0, 12.0, 128.0, nil, nil}[i]; got != want {
			t.Errorf("step %d: %v, want %v", i, got, want)
		}
	}
}

func TestACallThatIsNoneIsRefused(t *testing.T) {
	h := ticking()
	if _, err := h.Do(Call{Domain: "light", Service: "explode"}); err == nil || err.Error() != "Service light.explode not found." {
		t.Errorf("%v", err)
	}
	_, err := h.Do(Call{Domain: "climate", Service: "set_temperature", Data: map[string]any{"entity_id": "climate.hall"}})
	var invalid Invalid
	if !errors.As(err, &invalid) {
		t.Errorf("%v", err)
	}
}

func TestEventsComeInTheOrderOfTheChanges(t *testing.T) {
	h := New(time.Now)
	var heard []string
	stop := h.Listen(StateChanged, func(e Event) { heard = append(heard, e.Data.(Change).New.State) })
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			for range 20 {
				_, _ = h.Do(Call{Domain: "light", Service: "toggle", Data: map[string]any{"entity_id": "light.kitchen"}, By: By("u")})
			}
		})
	}
	all.Wait()
	for i, s := range heard[1:] {
		if s == "" || heard[i] == "" {
			t.Fatalf("event %d: %q", i, heard)
		}
	}
	before := len(heard)
	stop()
	h.Fire("x", nil, By(""))
	_, _, _ = h.Set("light.kitchen", "new", nil, By(""))
	if len(heard) != before || len(h.Listeners()) != 0 {
		t.Errorf("%d events after the end, listeners %v", len(heard)-before, h.Listeners())
	}
}

func TestAWatcherGetsEachEntityAndThenItsChanges(t *testing.T) {
	h := ticking()
	var got []string
	var now []Entity
	stop := h.Watch([]string{"light.kitchen", "sensor.new"}, func(all []Entity) { now = all }, func(c Change) {
		got = append(got, asJSON(t, c.Compressed()))
	})
	defer stop()
	if len(now) != 1 || now[0].ID != "light.kitchen" {
		t.Fatalf("%+v", now)
	}
	by := Context{ID: "1"}
	user := "u"
	_, _, _ = h.Set("sensor.new", "1", map[string]any{"a": 1, "b": 2}, by)
	_, _, _ = h.Set("sensor.new", "1", map[string]any{"a": 1, "b": 2}, by) // nothing is new
	_, _, _ = h.Set("sensor.new", "1", map[string]any{"a": 2}, Context{ID: "2"})
	_, _, _ = h.Set("sensor.new", "2", map[string]any{"a": 2}, Context{ID: "3", UserID: &user})
	_, _, _ = h.Set("switch.fountain", "on", nil, by) // not watched
	h.Remove("sensor.new", by)
	for i, want := range []string{
		`{"a":{"sensor.new":{"a":{"a":1,"b":2},"c":"1","lc":`, `{"c":{"sensor.new":{"+":{"a":{"a":2},"c":"2","lu":`,
		`{"c":{"sensor.new":{"+":{"c":{"id":"3","user_id":"u"},"lc":`, `{"r":["sensor.new"]}`,
	} {
		if i >= len(got) || !strings.HasPrefix(got[i], want) {
			t.Fatalf("change %d: %q, want %s…", i, got, want)
		}
	}
	if !strings.Contains(got[1], `"-":{"a":["b"]}`) || len(got) != 4 {
		t.Errorf("%q", got)
	}
}

func TestAStateThatIsNoneIsNotTaken(t *testing.T) {
	h := ticking()
	for id, want := range map[string]error{
		"light.kitchen": nil, "light": BadID, "Light.kitchen": BadID, "light.": BadID, ".kitchen": BadID, "light.kit chen": BadID,
		"light._a": BadID, "light.a__b": BadID,
	} {
		if _, _, err := h.Set(id, "on", nil, By("")); !reflect.DeepEqual(err, want) {
			t.Errorf("%s: %v", id, err)
		}
	}
	if _, _, err := h.Set("light.kitchen", strings.Repeat("x", 256), nil, By("")); !errors.Is(err, BadState) {
		t.Errorf("%v", err)
	}
	for i := range Most + 5 {
		_, _, err := h.Set("sensor.n"+asJSON(t, i), "1", nil, By(""))
		if full := len(h.List()) >= Most; err != nil && !full {
			t.Fatal(err)
		}
	}
	if len(h.List()) != Most {
		t.Errorf("%d entities", len(h.List()))
	}
}

package core

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// Service is a service that clients can call.
type Service struct {
	Name        string         `json:"name"`
	Description string         `json:"description"`
	Fields      map[string]any `json:"fields"`
	Target      map[string]any `json:"target,omitempty"`

	needs []string                                   // fields without which a call is refused
	do    func(e Entity, data map[string]any) Entity // nil: it changes nothing
}

// Services are all services by domain and name, as get_services lists them.
func Services() map[string]map[string]Service { return services }

// on is the service of a thing that can be switched.
func on(domain, name, description string, do func(Entity, map[string]any) Entity, fields map[string]any) Service {
	return Service{
		Name: name, Description: description, Fields: fields, do: do,
		Target: map[string]any{"entity": []any{map[string]any{"domain": []string{domain}}}},
	}
}

func field(description string, example any, required bool, selector string) map[string]any {
	return map[string]any{"description": description, "example": example, "required": required, "selector": map[string]any{selector: nil}}
}

var brightness = map[string]any{
	"brightness":     field("Brightness from 0 to 255.", 120, false, "number"),
	"brightness_pct": field("Brightness in percent.", 50, false, "number"),
}

var none = map[string]any{}

var services = map[string]map[string]Service{
	"light": {
		"turn_on":  on("light", "Turn on", "Turns a light on, or changes it.", turnOn, brightness),
		"turn_off": on("light", "Turn off", "Turns a light off.", turnOff, none),
		"toggle":   on("light", "Toggle", "Turns a light on, or off if it is on.", toggle, brightness),
	},
	"switch": {
		"turn_on":  on("switch", "Turn on", "Turns a switch on.", turnOn, none),
		"turn_off": on("switch", "Turn off", "Turns a switch off.", turnOff, none),
		"toggle":   on("switch", "Toggle", "Turns a switch on, or off if it is on.", toggle, none),
	},
	"climate": {
		"set_temperature": needing("temperature", on("climate", "Set target temperature", "Sets the target temperature.", setTemperature,
			map[string]any{"temperature": field("The target temperature in degrees Celsius.", 21.5, true, "number")})),
		"set_hvac_mode": needing("hvac_mode", on("climate", "Set mode", "Sets the operation mode.", setMode,
			map[string]any{"hvac_mode": field("heat or off.", "heat", true, "text")})),
		"turn_on":  on("climate", "Turn on", "Turns a thermostat on.", turnOn, none),
		"turn_off": on("climate", "Turn off", "Turns a thermostat off.", turnOff, none),
	},
	"homeassistant": {
		"turn_on":       on("", "Generic turn on", "Turns things on.", turnOn, none),
		"turn_off":      on("", "Generic turn off", "Turns things off.", turnOff, none),
		"toggle":        on("", "Generic toggle", "Turns things on, or off if they are on.", toggle, none),
		"update_entity": on("", "Update entity", "Updates an entity's state.", nil, none),
		"check_config":  {Name: "Check configuration", Description: "Checks the configuration files.", Fields: none},
		"restart":       {Name: "Restart", Description: "Does nothing: POST /_authconform/restart restarts the mock.", Fields: none},
	},
	"persistent_notification": {
		"create": needing("message", Service{Name: "Create", Description: "Shows a notification. The mock shows none.", Fields: map[string]any{
			"message": field("The text.", "Hello", true, "text"), "title": field("The title.", "Greeting", false, "text"),
		}}),
	},
}

func needing(name string, s Service) Service {
	s.needs = []string{name}
	return s
}

func turnOn(e Entity, data map[string]any) Entity {
	if domain(e.ID) == "climate" {
		return setMode(e, map[string]any{"hvac_mode": "heat"})
	}
	e.State = "on"
	if domain(e.ID) != "light" {
		return e
	}
	level, given := data["brightness"].(float64)
	if percent, ok := data["brightness_pct"].(float64); ok {
		level, given = math.RoundToEven(255*percent/100), true
	}
	if given && level <= 0 {
		return turnOff(e, nil)
	}
	if before, lit := e.Attributes["brightness"].(float64); !given {
		if level = 255; lit {
			level = before
		}
	}
	return e.with("brightness", min(level, 255)).with("color_mode", "brightness")
}

func turnOff(e Entity, _ map[string]any) Entity {
	switch domain(e.ID) {
	case "climate":
		return setMode(e, map[string]any{"hvac_mode": "off"})
	case "light":
		e = e.with("brightness", nil).with("color_mode", nil)
	}
	e.State = "off"
	return e
}

func toggle(e Entity, data map[string]any) Entity {
	if e.State == "off" {
		return turnOn(e, data)
	}
	return turnOff(e, data)
}

func setTemperature(e Entity, data map[string]any) Entity {
	return e.with("temperature", data["temperature"])
}

func setMode(e Entity, data map[string]any) Entity {
	mode, _ := data["hvac_mode"].(string)
	e.State = mode
	action := "off"
	if mode == "heat" {
		action = "heating"
	}
	return e.with("hvac_action", action)
}

// with is the entity with an attribute changed.
func (e Entity) with(name string, v any) Entity {
	e.Attributes = maps.Clone(e.Attributes)
	e.Attributes[name] = v
	return e
}

func domain(id string) string { d, _, _ := strings.Cut(id, "."); return d }

// Call is a service call. Its data name entities by entity_id, device_id or area_id, each a string or a list.
type Call struct {
	Domain, Service string
	Data            map[string]any
	By              Context
	Spare           func(id string) bool // entities that somebody else changes; nil: none
}

// ErrNoService is the error for an unknown service.
type ErrNoService struct{ Domain, Service string }

func (e ErrNoService) Error() string {
	return fmt.Sprintf("Service %s.%s not found.", e.Domain, e.Service)
}

// Invalid is the error for a call with invalid data.
type Invalid string

func (i Invalid) Error() string { return string(i) }

// Do runs a service and returns the changed entities.
func (c *Core) Do(call Call) (changed []Entity, err error) {
	s, known := services[call.Domain][call.Service]
	if !known {
		return nil, ErrNoService{call.Domain, call.Service}
	}
	for _, name := range s.needs {
		if call.Data[name] == nil {
			return nil, Invalid(fmt.Sprintf("required key not provided @ data['%s']", name))
		}
	}
	c.Fire("call_service", map[string]any{"domain": call.Domain, "service": call.Service, "service_data": call.Data}, call.By)
	for _, id := range Targets(call.Data, c.List()) {
		e, there := c.Get(id)
		if !there || s.do == nil || !call.concerns(id) {
			continue
		}
		after := s.do(e, call.Data)
		if e, _, err = c.Set(id, after.State, after.Attributes, call.By); err != nil {
			return changed, err
		}
		changed = append(changed, e)
	}
	return changed, nil
}

// concerns tells whether the service changes entities like this one; those of homeassistant change whatever can be switched.
func (c Call) concerns(id string) bool {
	switch {
	case c.Spare != nil && c.Spare(id):
		return false
	case c.Domain == "homeassistant":
		return slices.Contains([]string{"light", "switch", "climate"}, domain(id))
	}
	return domain(id) == c.Domain
}

// Targets are the ids of the entities that a call names, in order, without repetition.
func Targets(data map[string]any, all []Entity) []string {
	var ids []string
	add := func(id string) {
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	for _, id := range words(data["entity_id"]) {
		if id == "all" {
			for _, e := range all {
				add(e.ID)
			}
		} else {
			add(id)
		}
	}
	for _, d := range Devices() {
		if slices.Contains(words(data["device_id"]), d.ID) || slices.Contains(words(data["area_id"]), d.Area) {
			for _, id := range d.Entities {
				add(id)
			}
		}
	}
	return ids
}

// words is a text of ids with commas between them, or a list of texts.
func words(v any) []string {
	var list []string
	switch v := v.(type) {
	case string:
		for _, w := range strings.Split(v, ",") {
			if w = strings.ToLower(strings.TrimSpace(w)); w != "" {
				list = append(list, w)
			}
		}
	case []any:
		for _, one := range v {
			list = append(list, words(one)...)
		}
	}
	return list
}

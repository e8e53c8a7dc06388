package core

// clockSensor follows the home's clock.
const clockSensor = "sensor.clock"

// demo is what every home has: a light, a switch, a thermostat, and a sensor that follows the clock.
func demo() []Entity {
	return []Entity{
		{ID: "light.kitchen", State: "off", Attributes: map[string]any{
			"friendly_name": "Kitchen", "supported_color_modes": []string{"brightness"}, "color_mode": nil, "brightness": nil,
			"supported_features": 0,
		}},
		{ID: "switch.fountain", State: "off", Attributes: map[string]any{"friendly_name": "Fountain"}},
		{ID: "climate.hall", State: "heat", Attributes: map[string]any{
			"friendly_name": "Hall", "temperature": 20.5, "current_temperature": 19.8, "min_temp": 7, "max_temp": 35,
			"hvac_modes": []string{"heat", "off"}, "hvac_action": "heating", "supported_features": 1,
		}},
		{ID: clockSensor, Attributes: map[string]any{"friendly_name": "Clock of the mock home", "device_class": "timestamp"}},
	}
}

// Area is an area of the home, with its entities.
type Area struct {
	ID       string
	Name     string
	Entities []string
}

// Areas are the demo's areas.
func Areas() []Area {
	return []Area{{"garden", "Garden", []string{"switch.fountain"}}, {"hall", "Hall", []string{"climate.hall"}},
		{"kitchen", "Kitchen", []string{"light.kitchen"}}}
}

// Device is a device; its id is that of its entity.
type Device struct {
	ID, Name, Area string
	Entities       []string
}

// Devices are the demo's devices, one for each entity in an area.
func Devices() []Device {
	var list []Device
	for _, a := range Areas() {
		for _, id := range a.Entities {
			list = append(list, Device{ID: "device_" + a.ID, Name: a.Name, Area: a.ID, Entities: []string{id}})
		}
	}
	return list
}

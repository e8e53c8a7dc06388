package mockserver

import (
	"github.com/authconform/authconform/mockserver/core"
)

// The registries: areas, devices and entities of the demo. Floors, labels and categories are empty.
func registryCommands() map[string]command {
	return map[string]command{
		"config/area_registry/list":                       {do: areas},
		"config/device_registry/list":                     {do: devices},
		"config/entity_registry/list":                     {do: registered},
		"config/entity_registry/list_for_display":         {do: registeredShort},
		"config/entity_registry/get":                      {fields: fields{"entity_id": "text!"}, do: registeredOne},
		"config/entity_registry/get_entries":              {fields: fields{"entity_ids": "texts!"}, do: registeredSome},
		"config/floor_registry/list":                      {do: always([]any{})},
		"config/label_registry/list":                      {do: always([]any{})},
		"config/category_registry/list":                   {fields: fields{"scope": "text!"}, do: always([]any{})},
		"config/entity_registry/get_automatic_entity_ids": {fields: fields{"entity_ids": "texts!"}, do: always(map[string]any{})},
	}
}

// sinceStart is when the registries' entries were made: with the home.
const sinceStart = 0.0

func areas(*socket, map[string]any) (any, *commandError) {
	list := []any{}
	for _, a := range core.Areas() {
		list = append(list, map[string]any{
			"aliases": []any{}, "area_id": a.ID, "floor_id": nil, "humidity_entity_id": nil, "icon": nil, "labels": []any{}, "name": a.Name,
			"picture": nil, "temperature_entity_id": nil, "created_at": sinceStart, "modified_at": sinceStart,
		})
	}
	return list, nil
}

func devices(*socket, map[string]any) (any, *commandError) {
	list := []any{}
	for _, d := range core.Devices() {
		list = append(list, map[string]any{
			"area_id": d.Area, "configuration_url": nil, "config_entries": []any{}, "config_entries_subentries": map[string]any{},
			"connections": []any{}, "created_at": sinceStart, "disabled_by": nil, "entry_type": nil, "hw_version": nil, "id": d.ID,
			"identifiers": []any{[]any{"demo", d.ID}}, "labels": []any{}, "manufacturer": "authconform", "model": "Demo", "model_id": nil,
			"modified_at": sinceStart, "name_by_user": nil, "name": d.Name, "primary_config_entry": nil, "serial_number": nil, "sw_version": nil,
			"via_device_id": nil,
		})
	}
	return list, nil
}

// entryOf is what the registry knows of an entity; nil: it is not registered.
func entryOf(id string) map[string]any {
	for _, d := range core.Devices() {
		for _, own := range d.Entities {
			if own == id {
				return map[string]any{
					"aliases": []any{}, "area_id": nil, "categories": map[string]any{}, "capabilities": nil, "config_entry_id": nil,
					"config_subentry_id": nil, "created_at": sinceStart, "device_class": nil, "device_id": d.ID, "disabled_by": nil,
					"entity_category": nil, "entity_id": id, "has_entity_name": true, "hidden_by": nil, "icon": nil, "id": "entry_" + d.ID,
					"labels": []any{}, "modified_at": sinceStart, "name": nil, "options": map[string]any{}, "original_class": nil,
					"original_device_class": nil, "original_icon": nil, "original_name": nil, "platform": "demo", "translation_key": nil,
					"unique_id": id,
				}
			}
		}
	}
	return nil
}

func registered(k *socket, _ map[string]any) (any, *commandError) {
	list := []any{}
	for _, e := range k.home.core.List() {
		if entry := entryOf(e.ID); entry != nil {
			list = append(list, entry)
		}
	}
	return list, nil
}

func registeredShort(k *socket, _ map[string]any) (any, *commandError) {
	list := []any{}
	for _, e := range k.home.core.List() {
		if entry := entryOf(e.ID); entry != nil {
			list = append(list, map[string]any{"ei": e.ID, "pl": "demo", "di": entry["device_id"], "lb": []any{}, "hn": true})
		}
	}
	return map[string]any{"entity_categories": map[string]string{"0": "config", "1": "diagnostic"}, "entities": list}, nil
}

func registeredOne(_ *socket, m map[string]any) (any, *commandError) {
	if entry := entryOf(text(m, "entity_id")); entry != nil {
		return entry, nil
	}
	return nil, &commandError{"not_found", "Entity not found"}
}

func registeredSome(_ *socket, m map[string]any) (any, *commandError) {
	all := map[string]any{}
	for _, id := range texts(m, "entity_ids") {
		all[id] = nil
		if entry := entryOf(id); entry != nil {
			all[id] = entry
		}
	}
	return all, nil
}

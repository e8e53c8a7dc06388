package assist

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/authconform/authconform/mockserver/core"
)

// tools are those of Assist that the demo entities understand, under the names of the real home's.
type tools struct{ home Home }

// named is a tool's argument: the thing's name, as a person says it, or its area.
type named struct {
	Name string `json:"name,omitempty" jsonschema:"name of the entity, like Kitchen"`
	Area string `json:"area,omitempty" jsonschema:"area of the entity"`
}

type lit struct {
	named
	Brightness int `json:"brightness" jsonschema:"brightness in percent, 0 to 100"`
}

type warmed struct {
	named
	Temperature float64 `json:"temperature" jsonschema:"target temperature in degrees Celsius"`
}

type nothing struct{}

func (t tools) add(s *mcp.Server) {
	reads, harmless := &mcp.ToolAnnotations{ReadOnlyHint: true}, &mcp.ToolAnnotations{DestructiveHint: new(bool), IdempotentHint: true}
	mcp.AddTool(s, &mcp.Tool{Name: "homeassistant__GetLiveContext", Annotations: reads,
		Description: "Provides real-time information about the current state of devices, sensors, entities, or areas."}, t.context)
	mcp.AddTool(s, &mcp.Tool{Name: "intent__HassTurnOn", Annotations: harmless, Description: "Turns on a device or entity."},
		func(ctx context.Context, _ *mcp.CallToolRequest, in named) (*mcp.CallToolResult, any, error) {
			return t.do(ctx, in, "homeassistant", "turn_on", nil)
		})
	mcp.AddTool(s, &mcp.Tool{Name: "intent__HassTurnOff", Annotations: harmless, Description: "Turns off a device or entity."},
		func(ctx context.Context, _ *mcp.CallToolRequest, in named) (*mcp.CallToolResult, any, error) {
			return t.do(ctx, in, "homeassistant", "turn_off", nil)
		})
	mcp.AddTool(s, &mcp.Tool{Name: "intent__HassLightSet", Annotations: harmless, Description: "Sets the brightness of a light."},
		func(ctx context.Context, _ *mcp.CallToolRequest, in lit) (*mcp.CallToolResult, any, error) {
			return t.do(ctx, in.named, "light", "turn_on", map[string]any{"brightness_pct": float64(in.Brightness)})
		})
	mcp.AddTool(s, &mcp.Tool{Name: "intent__HassClimateSetTemperature", Annotations: harmless,
		Description: "Sets the target temperature of a climate device or entity."},
		func(ctx context.Context, _ *mcp.CallToolRequest, in warmed) (*mcp.CallToolResult, any, error) {
			return t.do(ctx, in.named, "climate", "set_temperature", map[string]any{"temperature": in.Temperature})
		})
}

// context lists the entities as they are.
func (t tools) context(context.Context, *mcp.CallToolRequest, nothing) (*mcp.CallToolResult, any, error) {
	var b strings.Builder
	b.WriteString("Live Context: An overview of the areas and the devices in this smart home:\n")
	for _, e := range t.home.States() {
		name, _ := e.Attributes["friendly_name"].(string)
		domain, _, _ := strings.Cut(e.ID, ".")
		fmt.Fprintf(&b, "- names: %s\n  domain: %s\n  state: '%s'\n", name, domain, e.State)
	}
	return said(map[string]any{"success": true, "result": b.String()})
}

// do calls a service on what the arguments name.
func (t tools) do(ctx context.Context, on named, domain, service string, data map[string]any) (*mcp.CallToolResult, any, error) {
	var ids []any
	for _, e := range t.home.States() {
		if means(on, e) {
			ids = append(ids, e.ID)
		}
	}
	if len(ids) == 0 {
		return nil, nil, fmt.Errorf("no entity of this home is called %q in the area %q", on.Name, on.Area)
	}
	if data == nil {
		data = map[string]any{}
	}
	data["entity_id"] = ids
	changed, err := t.home.Act(ctx, core.Call{Domain: domain, Service: service, Data: data, By: caller(ctx)})
	if err != nil {
		return nil, nil, err
	}
	success := []any{}
	for _, e := range changed {
		success = append(success, map[string]any{"name": e.Attributes["friendly_name"], "type": "entity", "id": e.ID})
	}
	return said(map[string]any{"speech": map[string]any{}, "response_type": "action_done",
		"data": map[string]any{"success": success, "failed": []any{}}})
}

// means tells whether arguments name an entity.
func means(on named, e core.Entity) bool {
	if on.Name == "" && on.Area == "" {
		return false
	}
	name, _ := e.Attributes["friendly_name"].(string)
	if on.Name != "" && !strings.EqualFold(on.Name, name) && on.Name != e.ID {
		return false
	}
	return on.Area == "" || inArea(on.Area, e.ID)
}

func inArea(area, id string) bool {
	for _, a := range core.Areas() {
		for _, in := range a.Entities {
			if in == id && (strings.EqualFold(area, a.Name) || area == a.ID) {
				return true
			}
		}
	}
	return false
}

// said is a tool's answer as the real home gives it: JSON in a text.
func said(v any) (*mcp.CallToolResult, any, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, nil, err
	}
	return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: string(raw)}}}, nil, nil
}

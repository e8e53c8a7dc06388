package linking

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/authconform/authconform/harness/home"
	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/wire"
)

// Step is a response of a config flow.
type Step struct {
	*wire.Exchange
	Type         string         `json:"type"`
	FlowID       string         `json:"flow_id"`
	StepID       string         `json:"step_id"`
	Reason       string         `json:"reason"`
	URL          string         `json:"url"`
	Menu         []string       `json:"menu_options"`
	Placeholders map[string]any `json:"description_placeholders"`
	Result       struct {
		EntryID string `json:"entry_id"`
		State   string `json:"state"`
	} `json:"result"`
	Schema []struct {
		Name    string     `json:"name"`
		Options [][]string `json:"options"`
	} `json:"data_schema"`
}

// step reads an answer, and makes the flow or the entry end with the spec.
func step(ctx context.Context, e *wire.Exchange) *Step {
	s := &Step{}
	if e.Status == http.StatusOK {
		_ = e.Decode(s) // any other body has no type
	}
	s.Exchange = e
	if s.FlowID != "" && slices.Contains([]string{"external", "form", "menu"}, s.Type) {
		judge.From(ctx).Cleanup(func(ctx context.Context) { API(ctx, http.MethodDelete, flowPath+"/"+s.FlowID, nil) })
	}
	if id := s.Result.EntryID; s.Type == "create_entry" && id != "" {
		judge.From(ctx).Cleanup(func(ctx context.Context) { API(ctx, http.MethodDelete, entryPath+"/"+id, nil) })
	}
	return s
}

// Open starts a flow; header replaces HA-Frontend-Base if it is not nil.
func Open(ctx context.Context, header ...string) *Step { return OpenFor(ctx, Domain, header...) }

// OpenFor is Open for any integration.
func OpenFor(ctx context.Context, domain string, header ...string) *Step {
	body := map[string]any{"handler": domain, "show_advanced_options": false}
	return step(ctx, API(ctx, http.MethodPost, flowPath, body, frontend(ctx, header)...))
}

// Submit submits a form of a flow.
func Submit(ctx context.Context, flowID string, fields map[string]any, header ...string) *Step {
	return step(ctx, API(ctx, http.MethodPost, flowPath+"/"+flowID, fields, frontend(ctx, header)...))
}

// Choose picks a credential if the flow asks for one of several.
func Choose(ctx context.Context, s *Step, credential string) *Step {
	if s.Type == "form" && s.StepID == "pick_implementation" {
		return Submit(ctx, s.FlowID, map[string]any{"implementation": credential})
	}
	return s
}

// Begin starts a flow with a credential, up to the external step, as a control.
func Begin(ctx context.Context, credential string) *Step {
	s := Choose(ctx, Open(ctx), credential)
	if s.Type != "external" || s.URL == "" {
		judge.Block(ctx, "the flow does not send the user to the third party: %s", s.Exchange)
	}
	return s
}

// Poll requests a flow's step, which makes the home redeem a code.
func Poll(ctx context.Context, flowID string) *Step {
	return step(ctx, API(ctx, http.MethodGet, flowPath+"/"+flowID, nil, frontend(ctx, nil)...))
}

// PollFor is Poll with a longer time limit.
func PollFor(ctx context.Context, flowID string, limit time.Duration) *Step {
	h := home.From(ctx)
	header := http.Header{"Authorization": {"Bearer " + h.Session(ctx).Access}, "Ha-Frontend-Base": {Base(ctx)}}
	return step(ctx, h.Wire.Do(ctx, wire.Request{
		Method: http.MethodGet, URL: flowPath + "/" + flowID, Header: header, Limit: limit,
	}))
}

// Flow is a flow that the home started itself.
type Flow struct {
	ID      string `json:"flow_id"`
	StepID  string `json:"step_id"`
	Handler string `json:"handler"`
	Context struct {
		Source  string `json:"source"`
		EntryID string `json:"entry_id"`
	} `json:"context"`
}

// Reauths lists the flows that ask the user to log in again for an entry.
func Reauths(ctx context.Context, entryID string) []Flow {
	var all, out []Flow
	if err := home.From(ctx).Admin(ctx).Call(ctx, "config_entries/flow/progress", nil, &all); err != nil {
		judge.Block(ctx, "config_entries/flow/progress: %v", err)
	}
	for _, f := range all {
		if f.Context.Source == "reauth" && f.Context.EntryID == entryID {
			out = append(out, f)
		}
	}
	return out
}

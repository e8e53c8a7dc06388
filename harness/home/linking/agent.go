package linking

import (
	"context"
	"net/http"
	"slices"

	"github.com/authconform/authconform/harness/home"
	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/played/mcpserver"
)

// Agent is the domain of the home's MCP client.
const Agent = home.Agent

// HasAgent reports whether the home has an MCP client: its flow asks for a server's URL.
func HasAgent(ctx context.Context) bool {
	return OpenFor(ctx, Agent).Type == "form"
}

// EnterAgent stores a server's client id and secret for the home's MCP client, as a control.
func EnterAgent(ctx context.Context, s *mcpserver.Server) Credential {
	c, err := Create(ctx, map[string]any{
		"domain": Agent, "client_id": s.ClientID, "client_secret": s.Secret, "name": "authconform " + s.ClientID,
	})
	if err != nil || c.ID == "" {
		judge.Block(ctx, "the home did not accept our application credential for %s: %v", Agent, err)
	}
	return c
}

// Connect gives the home's MCP client a server's URL, and chooses the credential if the home offers it. It returns the
// step that redirects the user, or the step at which the flow ends. That the flow asks for the URL is a control.
func Connect(ctx context.Context, address, credential string) *Step {
	s := OpenFor(ctx, Agent)
	if s.Type != "form" || s.FlowID == "" {
		judge.Block(ctx, "the flow of %s does not ask for the server's address: %s", Agent, s.Exchange)
	}
	s = Submit(ctx, s.FlowID, map[string]any{"url": address})
	if s.Type == "menu" && slices.Contains(s.Menu, pick) {
		s = Submit(ctx, s.FlowID, map[string]any{"next_step_id": pick})
	}
	if s.Type == "form" && s.StepID == pick && s.offers(credential) {
		s = Submit(ctx, s.FlowID, map[string]any{"implementation": credential})
	}
	return s
}

// pick is the step that asks for a credential.
const pick = "pick_implementation"

func (s *Step) offers(credential string) bool {
	for _, field := range s.Schema {
		for _, option := range field.Options {
			if len(option) > 0 && option[0] == credential {
				return true
			}
		}
	}
	return false
}

// Status is the state of an entry of any integration; "" if there is no such entry.
func Status(ctx context.Context, domain, id string) string {
	var list []struct {
		ID    string `json:"entry_id"`
		State string `json:"state"`
	}
	e := API(ctx, http.MethodGet, entryPath+"?domain="+domain, nil)
	if e.Status != http.StatusOK || e.Decode(&list) != nil {
		judge.Block(ctx, "the home lists no entries of %s: %s", domain, e)
	}
	for _, one := range list {
		if one.ID == id {
			return one.State
		}
	}
	return ""
}

package home

import (
	"context"
	"net/http"
	"slices"

	"github.com/authconform/authconform/harness/judge"
)

// Demo is the integration that linking rows use. Only tests link accounts to it.
const Demo = "authconform_demo"

// Agent is the integration that is the home's MCP client. Its accounts belong to a user, except those that a run creates.
const Agent = "mcp"

// linked records what the home holds for the integrations of the linking rows, by id.
type linked struct{ entries, credentials []string }

const entryPath = "/api/config/config_entries/entry"

// Linked lists what the home has linked.
func (h *Home) Linked(ctx context.Context) (l linked, err error) {
	err = judge.Attempt(ctx, func(ctx context.Context) {
		access := h.Session(ctx).Access
		for _, domain := range []string{Demo, Agent} {
			var shown []struct {
				ID     string `json:"entry_id"`
				Domain string `json:"domain"`
			}
			if e := h.API(ctx, access, entryPath+"?domain="+domain); e.Status != http.StatusOK || e.Decode(&shown) != nil {
				judge.Block(ctx, "the home lists no entries of %s: %s", domain, e)
			}
			for _, e := range shown {
				if e.Domain == domain { // old releases list all domains
					l.entries = append(l.entries, e.ID)
				}
			}
		}
		var stored []struct{ ID, Domain string }
		s := h.Open(ctx, access)
		defer s.Close()
		if err := s.Call(ctx, "application_credentials/list", nil, &stored); err != nil {
			judge.Block(ctx, "application_credentials/list: %v", err)
		}
		for _, c := range stored {
			if slices.Contains([]string{Demo, Agent}, c.Domain) {
				l.credentials = append(l.credentials, c.ID)
			}
		}
	})
	return l, err
}

// TakeBackLinked removes new entries and credentials of these integrations: those that a
// home created where it should have refused, and those of killed workers.
func (h *Home) TakeBackLinked(ctx context.Context, before linked) []string {
	after, err := h.Linked(ctx)
	if err == nil {
		err = judge.Attempt(ctx, func(ctx context.Context) { h.unlink(ctx, after, before) })
	}
	if err != nil {
		return []string{"linked accounts or credentials of this run may remain at the target: " + err.Error()}
	}
	return nil
}

// unlink removes entries first: a credential in use cannot be deleted.
func (h *Home) unlink(ctx context.Context, after, before linked) {
	access := h.Session(ctx).Access
	for _, id := range after.entries {
		if slices.Contains(before.entries, id) {
			continue
		}
		e := h.Send(ctx, http.MethodDelete, entryPath+"/"+id, "", "Authorization", "Bearer "+access)
		if e.Status != http.StatusOK {
			judge.Block(ctx, "an entry could not be removed: %s", e)
		}
	}
	s := h.Open(ctx, access)
	defer s.Close()
	for _, id := range after.credentials {
		if slices.Contains(before.credentials, id) {
			continue
		}
		if err := s.Call(ctx, "application_credentials/delete", map[string]any{"application_credentials_id": id}, nil); err != nil {
			judge.Block(ctx, "a credential could not be deleted: %v", err)
		}
	}
}

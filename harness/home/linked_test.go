package home

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/authconform/authconform/harness/home/hometest"
)

// linkedHome is a home with the demo integration, and what it holds for it.
func linkedHome(t *testing.T) (f *hometest.Home, entries, credentials *[]string) {
	f, _, _ = stay(t)
	entries, credentials = &[]string{"mine"}, &[]string{"own"}
	f.Answers("GET /api/authconform_demo", http.StatusOK, `{"entries":[]}`)
	f.Does("GET /api/config/config_entries/entry", func(w http.ResponseWriter, r *http.Request) {
		list := []string{`{"entry_id":"another integration's","domain":"spotify"}`}
		if r.URL.Query().Get("domain") == "mcp" {
			for _, id := range *entries {
				list = append(list, fmt.Sprintf(`{"entry_id":%q,"domain":"mcp"}`, id))
			}
		}
		hometest.Reply(w, http.StatusOK, "["+strings.Join(list, ",")+"]")
	})
	f.Knows("application_credentials/list", func(map[string]any) (any, string) {
		list := []map[string]any{{"id": "another integration's", "domain": "spotify"}}
		for _, id := range *credentials {
			list = append(list, map[string]any{"id": id, "domain": "authconform_demo"})
		}
		return list, ""
	})
	f.Knows("application_credentials/delete", func(map[string]any) (any, string) { return nil, "" })
	f.Answers("DELETE /api/config/config_entries/entry/left", http.StatusOK, `{"require_restart":false}`)
	return f, entries, credentials
}

func TestWhatARowLeftOfLinkingIsTakenBack(t *testing.T) {
	f, entries, credentials := linkedHome(t)
	s, ctx := opened(t, f, nil)
	if _, err := s.Look(ctx); err != nil {
		t.Fatal(err)
	}
	*entries, *credentials = append(*entries, "left"), append(*credentials, "left-over")
	left := s.Sweep(ctx, time.Now(), nil)
	same(t, "entries removed", f.Asked("DELETE /api/config/config_entries/entry/"), "left")
	var deleted []string
	for _, line := range f.Asked("WS") {
		if strings.Contains(line, "application_credentials/delete") {
			deleted = append(deleted, line)
		}
	}
	if len(deleted) != 1 || !strings.Contains(deleted[0], `"left-over"`) {
		t.Errorf("credentials deleted: %q", deleted)
	}
	for _, line := range left {
		if strings.Contains(line, "linked") {
			t.Errorf("told as left: %s", line)
		}
	}
}

func TestWhatCannotBeTakenBackOfLinkingIsTold(t *testing.T) {
	f, entries, _ := linkedHome(t)
	s, ctx := opened(t, f, nil)
	if _, err := s.Look(ctx); err != nil {
		t.Fatal(err)
	}
	*entries = append(*entries, "stuck")
	if left := s.Sweep(ctx, time.Now(), nil); len(left) == 0 || !strings.Contains(left[0], "may remain at the target") {
		t.Errorf("told: %q", left)
	}
}

package linking

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"

	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/wire"
)

// Entry is a linked account, as the demo integration shows it.
type Entry struct {
	ID             string `json:"entry_id"`
	State          string `json:"state"`
	Title          string `json:"title"`
	Account        string `json:"unique_id"`
	Implementation string `json:"auth_implementation"`
	Token          struct {
		Access    string   `json:"access"`
		Refresh   string   `json:"refresh"`
		ExpiresAt float64  `json:"expires_at"`
		ExpiresIn float64  `json:"expires_in"`
		Members   []string `json:"members"`
		Scope     any      `json:"scope"`
		Service   any      `json:"service"`
	} `json:"token"`
}

// ErrNoEntry is the error for a missing entry.
var ErrNoEntry = errors.New("no such entry")

// Find returns an entry.
func Find(ctx context.Context, id string) (Entry, error) {
	var all struct{ Entries []Entry }
	if e := API(ctx, http.MethodGet, demoPath, nil); e.Status != http.StatusOK || e.Decode(&all) != nil {
		judge.Block(ctx, "the demo integration lists no entries: %s", e)
	}
	for _, e := range all.Entries {
		if e.ID == id {
			return e, nil
		}
	}
	return Entry{}, ErrNoEntry
}

// Look is Find as a control.
func Look(ctx context.Context, id string) Entry {
	e, err := Find(ctx, id)
	if err != nil {
		judge.Block(ctx, "%v: %s", err, id)
	}
	return e
}

// Print is how the demo integration shows a token: the first characters of its SHA-256.
func Print(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])[:16]
}

// Used is the result of one use of a token.
type Used struct {
	Status int    `json:"status"`
	Error  string `json:"error"`
}

// Use makes the integration use an entry's token n times in parallel.
func Use(ctx context.Context, id string, n int) []Used {
	var all struct{ Results []Used }
	e := API(ctx, http.MethodPost, demoPath+"/use", map[string]any{"entry_id": id, "parallel": n})
	if e.Status != http.StatusOK || e.Decode(&all) != nil || len(all.Results) != n {
		judge.Block(ctx, "the demo integration did not use a token: %s", e)
	}
	return all.Results
}

// Reload sets up an entry again.
func Reload(ctx context.Context, id string) *wire.Exchange {
	return API(ctx, http.MethodPost, entryPath+"/"+id+"/reload", nil)
}

// Remove unlinks an entry.
func Remove(ctx context.Context, id string) *wire.Exchange {
	return API(ctx, http.MethodDelete, entryPath+"/"+id, nil)
}
